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
-- column: bucket: 0 to 999 by a hash of the user_id: the same on every day and in every run
-- column: last_visit_at: last visit to the home timeline; NULL when never; from users
-- column: last_seen_at: the same; when never, when the account was opened
-- column: other_visit_at: last visit of another account on one of the user's devices; NULL when there is none; from devices and
--   users
-- column: declined_at: when the user last answered no to a question about notifications, since it last answered yes; NULL when
--   never; from feedback
-- column: asked_for_less_at: when the user last asked to see notifications less often, and has not asked for more since; NULL when
--   never; from notifications and feedback
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
       device.user_id IS NOT NULL AS has_device,
       CAST(pmod(xxhash64('bucket', account.user_id), 1000) AS INT) AS bucket,
       account.last_visit_at,
       coalesce(account.last_visit_at, account.created_at) AS last_seen_at,
       other.last_visit_at AS other_visit_at,
       CASE WHEN answer.declined_at >= coalesce(answer.accepted_at, answer.declined_at) THEN answer.declined_at END AS declined_at,
       CASE WHEN less.asked_at >= coalesce(answer.more_at, less.asked_at) THEN less.asked_at END AS asked_for_less_at
FROM users AS account
LEFT JOIN (SELECT DISTINCT user_id FROM devices WHERE is_push_capable) AS device ON device.user_id = account.user_id
LEFT JOIN (SELECT user_id,
                  max(sent_at) AS last_sent_at,
                  array_sort(collect_list(sent_at) FILTER (WHERE sent_at > :as_of - INTERVAL 24 HOURS)) AS sent_at_24h
           FROM history
           GROUP BY user_id) AS sent
  ON sent.user_id = account.user_id
LEFT JOIN (SELECT device.user_id, max(owner.last_visit_at) AS last_visit_at
           FROM (SELECT device_id FROM devices GROUP BY device_id HAVING count(*) > 1) AS shared
           JOIN devices AS device ON device.device_id = shared.device_id
           JOIN devices AS owned ON owned.device_id = shared.device_id AND owned.user_id <> device.user_id
           JOIN users AS owner ON owner.user_id = owned.user_id
           GROUP BY device.user_id) AS other
  ON other.user_id = account.user_id
LEFT JOIN (SELECT user_id,
                  max(given_at) FILTER (WHERE kind = 'prompt_declined') AS declined_at,
                  max(given_at) FILTER (WHERE kind = 'prompt_accepted') AS accepted_at,
                  max(given_at) FILTER (WHERE kind = 'see_more_often') AS more_at
           FROM feedback
           GROUP BY user_id) AS answer
  ON answer.user_id = account.user_id
LEFT JOIN (SELECT user_id, max(asked_at) AS asked_at
           FROM (SELECT user_id, disliked_at AS asked_at FROM history WHERE disliked_at IS NOT NULL
                 UNION ALL
                 SELECT user_id, given_at AS asked_at FROM feedback WHERE kind = 'see_less_often') AS asked
           GROUP BY user_id) AS less
  ON less.user_id = account.user_id
