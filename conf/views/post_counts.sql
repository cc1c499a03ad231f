-- What people did with each post so far.
-- reused: yes
SELECT post_id,
       count_if(is_impression) AS impressions,
       count_if(kind = 'click') AS clicks,
       count_if(kind = 'like') AS likes,
       count_if(kind = 'repost') AS reposts,
       count_if(is_reply) AS replies,
       count_if(is_dislike) AS dislikes,
       count_if(kind = 'report') AS reports,
       count_if(is_impression AND engaged_at >= :as_of - INTERVAL 6 HOURS) AS impressions_6h,
       count_if(is_action
                AND engaged_at >= :as_of - INTERVAL 6 HOURS) AS actions_6h,
       max(engaged_at) FILTER (WHERE kind IN ('update', 'repost', 'reply', 'quote')) AS last_activity_at
FROM acts
WHERE post_id IS NOT NULL
GROUP BY post_id
