-- The 100 posts that each user acted on last and when, place 1 the last of all.
-- reused: yes
SELECT user_id, post_id, last_at, place
FROM (SELECT user_id,
             post_id,
             max(engaged_at) AS last_at,
             row_number() OVER (PARTITION BY user_id ORDER BY max(engaged_at) DESC, post_id) AS place
      FROM acts
      WHERE is_action AND post_id IS NOT NULL AND user_id <> author_id
      GROUP BY user_id, post_id)
WHERE place <= 100
