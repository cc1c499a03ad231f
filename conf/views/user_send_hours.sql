-- How many pushes each user was sent in each hour of the day by the user's clock, by UTC where that is not known, and opened.
SELECT sent.user_id,
       hour(from_utc_timestamp(sent.sent_at, coalesce(zone.time_zone, 'UTC'))) AS hour,
       count(*) AS pushes,
       count(sent.opened_at) AS opens
FROM history AS sent
JOIN users AS account ON account.user_id = sent.user_id
LEFT JOIN time_zones AS zone ON zone.time_zone = account.time_zone
GROUP BY sent.user_id, hour(from_utc_timestamp(sent.sent_at, coalesce(zone.time_zone, 'UTC')))
