-- What people did with each post in the last 6 hours.
SELECT act.post_id, count_if(act.is_impression) AS impressions, count_if(act.is_action) AS actions
FROM acts AS act
WHERE act.engaged_at >= :as_of - INTERVAL 6 HOURS
GROUP BY act.post_id
