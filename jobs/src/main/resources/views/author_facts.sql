-- What features ask about an author.
SELECT account.user_id AS author_id,
       timestampdiff(HOUR, account.created_at, :as_of) / 24 AS account_age_days,
       account.is_verified,
       account.country,
       account.language,
       coalesce(follower.followers, 0) AS followers,
       coalesce(follower.followers_30d, 0) AS followers_30d,
       coalesce(follow.follows, 0) AS follows,
       coalesce(relation.blocks, 0) AS blocks,
       coalesce(relation.mutes, 0) AS mutes,
       coalesce(relation.hides, 0) AS hides,
       coalesce(activity.posts, 0) AS posts,
       activity.posts_7d,
       activity.posts_that_reply,
       activity.posts_with_media,
       activity.posts_with_link,
       activity.long_posts,
       activity.sensitive_posts,
       activity.nsfw_thousandths / nullif(1000 * activity.scored_posts, 0) AS nsfw_probability,
       timestampdiff(MINUTE, activity.last_post_at, :as_of) / 60 AS hours_since_post,
       activity.impressions,
       activity.clicks,
       activity.likes,
       activity.reposts,
       activity.replies,
       activity.dislikes,
       activity.reports,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes
FROM users AS account
LEFT JOIN follower_counts AS follower ON follower.user_id = account.user_id
LEFT JOIN follow_counts AS follow ON follow.user_id = account.user_id
LEFT JOIN relation_counts AS relation ON relation.user_id = account.user_id
LEFT JOIN author_activity AS activity ON activity.author_id = account.user_id
LEFT JOIN author_pushes AS pushes ON pushes.author_id = account.user_id
