-- Every user with what the rules on targets ask about.
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
