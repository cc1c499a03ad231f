-- What decides whether a user may be notified now.
-- key: user_id
-- setting: targets.push_cap
-- setting: targets.min_spacing_hours
-- column: is_guest, country, language, time_zone: as in users
-- column: push_cap: sends allowed in rolling 24 h; the user's own, else targets.push_cap
-- column: sent_at_24h: sends of the 24 h before the as-of instant, oldest first; from notifications and earlier sends
-- column: last_sent_at: last send; NULL when none is known; from the same
-- column: spacing_seconds: least seconds between two sends; targets.min_spacing_hours
-- column: is_suspended: the account is suspended; from users
-- column: is_push_wanted: push is on, and recommendations or topics are; from users
-- column: has_device: a device of the user can get a push; from devices
SELECT account.user_id,
       account.is_guest,
       account.country,
       account.language,
       account.time_zone,
       coalesce(account.push_cap, :push_cap) AS push_cap,
       coalesce(sent.sent_at_24h, CAST(array() AS ARRAY<TIMESTAMP>)) AS sent_at_24h,
       sent.last_sent_at,
       CAST(:min_spacing_hours * 3600 AS BIGINT) AS spacing_seconds,
       account.is_suspended,
       account.is_push_enabled AND (account.has_recommendations OR account.has_topics) AS is_push_wanted,
       device.user_id IS NOT NULL AS has_device
FROM users AS account
LEFT JOIN (SELECT DISTINCT user_id FROM devices WHERE is_push_capable) AS device ON device.user_id = account.user_id
LEFT JOIN (SELECT user_id,
                  max(sent_at) AS last_sent_at,
                  array_sort(collect_list(sent_at) FILTER (WHERE sent_at > :as_of - INTERVAL 24 HOURS)) AS sent_at_24h
           FROM history
           GROUP BY user_id) AS sent
  ON sent.user_id = account.user_id
