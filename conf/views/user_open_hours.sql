-- How many pushes each user opened in each hour of the day, UTC.
SELECT user_id, hour(opened_at) AS hour, count(*) AS opens
FROM history
WHERE opened_at IS NOT NULL
GROUP BY user_id, hour(opened_at)
