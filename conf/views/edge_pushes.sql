-- What each user was sent of each author, and what came of it.
SELECT user_id,
       author_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       max(sent_at) AS last_sent_at
FROM history
WHERE author_id IS NOT NULL
GROUP BY user_id, author_id
