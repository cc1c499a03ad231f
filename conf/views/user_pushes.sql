-- What each user was sent, and what came of it.
SELECT user_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       count_if(sent_at >= :as_of - INTERVAL 7 DAYS) AS pushes_7d,
       count(opened_at) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS opens_7d,
       count(disliked_at) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS dislikes_7d,
       max(sent_at) AS last_sent_at,
       max(opened_at) AS last_opened_at
FROM history
GROUP BY user_id
