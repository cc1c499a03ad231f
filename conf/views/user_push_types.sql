-- What each user was sent of each notification type, and what came of it.
SELECT user_id,
       notification_type,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes
FROM history
GROUP BY user_id, notification_type
