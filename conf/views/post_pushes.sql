-- What was sent of each post, and what came of it.
SELECT item_id AS post_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes
FROM history
WHERE item_type = 'post'
GROUP BY item_id
