-- What each user did with each author's posts: the weighted edges of the interaction graph. A recent weight counts 1024
-- times, half of that for every three days that the act is old.
-- reused: yes
SELECT act.user_id,
       act.author_id,
       count_if(act.kind = 'like') AS likes,
       count_if(act.kind = 'repost') AS reposts,
       count_if(act.is_reply) AS replies,
       count_if(act.kind = 'click') AS clicks,
       count_if(act.kind = 'profile_visit') AS profile_visits,
       count_if(act.is_impression) AS impressions,
       count_if(act.is_dislike) AS dislikes,
       min(act.engaged_at) AS first_seen_at,
       max(act.engaged_at) FILTER (WHERE NOT (act.is_impression OR act.is_dislike)) AS last_engaged_at,
       max(act.engaged_at) FILTER (WHERE act.is_impression) AS last_seen_at,
       bit_count(bit_or(CASE WHEN act.weight > 0 THEN shiftleft(1L, least(62, act.days_ago)) ELSE 0L END)) AS engaged_days,
       bit_count(bit_or(CASE WHEN act.is_impression THEN shiftleft(1L, least(62, act.days_ago)) ELSE 0L END)) AS seen_days,
       sum(act.weight * shiftright(1024, least(31, CAST(act.days_ago DIV 3 AS INT)))) AS recent_weight,
       sum(act.weight) AS weight
FROM acts AS act
WHERE act.kind <> 'update' AND act.user_id <> act.author_id
GROUP BY act.user_id, act.author_id
