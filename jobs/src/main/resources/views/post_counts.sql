-- What people did with each post so far.
-- reused: yes
SELECT post_id,
       count_if(kind = 'impression') AS impressions,
       count_if(kind = 'click') AS clicks,
       count_if(kind = 'like') AS likes,
       count_if(kind = 'repost') AS reposts,
       count_if(kind IN ('reply', 'quote')) AS replies,
       count_if(kind IN ('dislike', 'report')) AS dislikes,
       count_if(kind = 'report') AS reports,
       count_if(kind = 'impression' AND engaged_at >= :as_of - INTERVAL 6 HOURS) AS impressions_6h,
       count_if(kind IN ('click', 'like', 'repost', 'reply', 'quote')
                AND engaged_at >= :as_of - INTERVAL 6 HOURS) AS actions_6h,
       max(engaged_at) FILTER (WHERE kind IN ('update', 'repost', 'reply', 'quote')) AS last_activity_at
FROM engagements
WHERE post_id IS NOT NULL
GROUP BY post_id
