-- What each user was sent, and what came of it.
SELECT user_id,
       count(*) AS pushes,
       count(least(opened_at, ntab_clicked_at)) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       max(sent_at) AS last_sent_at
FROM history
GROUP BY user_id
