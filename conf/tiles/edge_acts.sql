-- What each user did with each author's posts in 24 hours.
-- of: engagements
-- key: user_id, author_id
SELECT act.user_id,
       act.author_id,
       act.days_ago,
       count_if(act.is_action OR act.kind = 'profile_visit') AS acts,
       count_if(act.kind = 'like') AS likes,
       count_if(act.kind = 'repost') AS reposts,
       count_if(act.is_reply) AS replies,
       count_if(act.kind = 'click') AS clicks,
       count_if(act.kind = 'profile_visit') AS profile_visits,
       count_if(act.is_impression) AS impressions,
       count_if(act.is_dislike) AS dislikes,
       sum(act.weight) AS weight,
       min(act.engaged_at) AS first_seen_at,
       max(act.engaged_at) FILTER (WHERE NOT (act.is_impression OR act.is_dislike)) AS last_engaged_at,
       max(act.engaged_at) FILTER (WHERE act.is_impression) AS last_seen_at
FROM acts AS act
WHERE act.kind <> 'update' AND act.user_id <> act.author_id
GROUP BY act.user_id, act.author_id, act.days_ago
