-- Facts of the rows that the heavy ranker scores: those that SparkSide.SOME_FACTS names.
SELECT row.user_id,
       row.item_type,
       row.item_id,
       account.country AS user_country,
       account.is_verified AS user_is_verified,
       coalesce(user_follow.follows, 0) AS user_follows,
       coalesce(user_follower.followers, 0) AS user_followers,
       writer.country AS author_country,
       writer.is_verified AS author_is_verified,
       coalesce(author_follow.follows, 0) AS author_follows,
       coalesce(author_follower.followers, 0) AS author_followers,
       item.media AS post_media,
       item.text_length AS post_text_length,
       coalesce(counts.impressions, 0) AS post_impressions,
       coalesce(counts.likes, 0) AS post_likes,
       coalesce(counts.reposts, 0) AS post_reposts,
       coalesce(counts.replies, 0) AS post_replies,
       coalesce(edge.likes, 0) AS pair_likes,
       coalesce(edge.reposts, 0) AS pair_reposts,
       coalesce(edge.impressions, 0) AS pair_impressions,
       coalesce(edge.weight, 0) AS pair_weight,
       coalesce(back.weight, 0) AS pair_weight_back,
       follow.user_id IS NOT NULL AS pair_is_followed,
       follow_back.user_id IS NOT NULL AS pair_is_following_back
FROM light_ranked_files AS row
LEFT JOIN users AS account ON account.user_id = row.user_id
LEFT JOIN users AS writer ON writer.user_id = row.author_id
LEFT JOIN follow_counts AS user_follow ON user_follow.user_id = row.user_id
LEFT JOIN follow_counts AS author_follow ON author_follow.user_id = row.author_id
LEFT JOIN follower_counts AS user_follower ON user_follower.user_id = row.user_id
LEFT JOIN follower_counts AS author_follower ON author_follower.user_id = row.author_id
LEFT JOIN posts AS item ON item.post_id = row.item_id AND row.item_type = 'post'
LEFT JOIN post_counts AS counts ON counts.post_id = row.item_id AND row.item_type = 'post'
LEFT JOIN edges AS edge ON edge.user_id = row.user_id AND edge.author_id = row.author_id
LEFT JOIN edges AS back ON back.user_id = row.author_id AND back.author_id = row.user_id
LEFT JOIN follows AS follow ON follow.user_id = row.user_id AND follow.followee_id = row.author_id
LEFT JOIN follows AS follow_back ON follow_back.user_id = row.author_id AND follow_back.followee_id = row.user_id
