-- At which hours a user opens what is sent.
-- key: user_id
-- column: open_rates: share of pushes that are opened by the hour of the user's clock at which they are sent, 24 numbers;
--   added are 10 pushes of all users' share at that hour, to which 100 of the share of all hours were added
SELECT account.user_id,
       transform(sequence(0, 23),
                 hour -> (coalesce(own.hours[hour].opens, 0) + 10 * everybody.rates[hour]) / (coalesce(own.hours[hour].pushes, 0) + 10))
           AS open_rates
FROM users AS account
CROSS JOIN (SELECT transform(sequence(0, 23),
                             hour -> (coalesce(hours[hour].opens, 0) + 100 * rate) / (coalesce(hours[hour].pushes, 0) + 100)) AS rates
            FROM (SELECT map_from_entries(array_sort(collect_list(struct(hour, struct(pushes, opens) AS counts)))) AS hours,
                         coalesce(sum(opens) / sum(pushes), 0D) AS rate
                  FROM (SELECT hour, sum(pushes) AS pushes, sum(opens) AS opens
                        FROM user_send_hours
                        GROUP BY hour) AS by_hour) AS counted) AS everybody
LEFT JOIN (SELECT user_id, map_from_entries(array_sort(collect_list(struct(hour, struct(pushes, opens) AS counts)))) AS hours
           FROM user_send_hours
           GROUP BY user_id) AS own
  ON own.user_id = account.user_id
