-- What was sent of each author, and what came of it.
SELECT author_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes
FROM history
WHERE author_id IS NOT NULL
GROUP BY author_id
