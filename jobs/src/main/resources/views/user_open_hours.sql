-- How many pushes each user opened in each hour of the day, UTC.
SELECT user_id, hour(least(opened_at, ntab_clicked_at)) AS hour, count(*) AS opens
FROM history
WHERE coalesce(opened_at, ntab_clicked_at) IS NOT NULL
GROUP BY user_id, hour(least(opened_at, ntab_clicked_at))
