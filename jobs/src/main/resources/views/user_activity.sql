-- What each user did, and on what kind of posts.
SELECT act.user_id,
       count_if(act.kind = 'impression') AS impressions,
       count_if(act.kind = 'click') AS clicks,
       count_if(act.kind = 'like') AS likes,
       count_if(act.kind = 'repost') AS reposts,
       count_if(act.kind IN ('reply', 'quote')) AS replies,
       count_if(act.kind = 'profile_visit') AS profile_visits,
       count_if(act.kind = 'impression' AND act.engaged_at >= :as_of - INTERVAL 7 DAYS) AS impressions_7d,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click')
                AND act.engaged_at >= :as_of - INTERVAL 7 DAYS) AS actions_7d,
       count_if(act.kind IN ('dislike', 'report')) AS dislikes,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AND post.post_id IS NOT NULL) AS actions,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AND post.media = 'photo') AS photo_actions,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AND post.media = 'video') AS video_actions,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AND post.has_link) AS link_actions,
       count_if(act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AND post.text_length >= 140) AS long_actions,
       count_if(act.kind = 'impression' AND post.media = 'photo') AS photo_impressions,
       count_if(act.kind = 'impression' AND post.media = 'video') AS video_impressions,
       count_if(act.kind = 'impression' AND post.has_link) AS link_impressions,
       count_if(act.kind = 'impression' AND post.text_length >= 140) AS long_impressions
FROM engagements AS act
LEFT JOIN posts AS post ON post.post_id = act.post_id
WHERE act.kind <> 'update'
GROUP BY act.user_id
