-- What people did with each post in 24 hours.
-- of: engagements
-- key: post_id
SELECT act.post_id,
       act.days_ago,
       count_if(act.is_impression) AS impressions,
       count_if(act.kind = 'click') AS clicks,
       count_if(act.kind = 'like') AS likes,
       count_if(act.kind = 'repost') AS reposts,
       count_if(act.is_reply) AS replies,
       count_if(act.is_dislike) AS dislikes,
       count_if(act.kind = 'report') AS reports,
       max(act.engaged_at) FILTER (WHERE act.kind IN ('update', 'repost', 'reply', 'quote')) AS last_activity_at
FROM acts AS act
WHERE act.post_id IS NOT NULL
GROUP BY act.post_id, act.days_ago
