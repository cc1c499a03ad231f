-- What each user was sent of each notification type, and what came of it. A recent send counts 1024, halved for each
-- two days of age.
SELECT user_id,
       notification_type,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       sum(CAST(round(1024 * power(0.5, timestampdiff(MINUTE, sent_at, :as_of) / (2 * 1440))) AS BIGINT)) AS recent_pushes
FROM history
GROUP BY user_id, notification_type
