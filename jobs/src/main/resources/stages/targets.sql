-- Every user, with the family of facts that decide whether it may be notified.
SELECT target.user_id,
       target.is_guest,
       target.country,
       target.language,
       target.time_zone,
       target.push_cap,
       target.sent_at_24h,
       target.last_sent_at,
       target.spacing_seconds,
       struct(target.*) AS target
FROM target
