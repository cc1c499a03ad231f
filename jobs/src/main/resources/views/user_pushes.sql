-- What each user was sent, and what came of it.
SELECT user_id,
       count(*) AS pushes,
       count(least(opened_at, ntab_clicked_at)) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       count_if(sent_at >= :as_of - INTERVAL 7 DAYS) AS pushes_7d,
       count(least(opened_at, ntab_clicked_at)) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS opens_7d,
       count(disliked_at) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS dislikes_7d,
       max(sent_at) AS last_sent_at,
       max(least(opened_at, ntab_clicked_at)) AS last_opened_at
FROM history
GROUP BY user_id
