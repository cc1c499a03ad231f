-- The 100 accounts that each account follows and acts on most; place 1 the most of all, of equals the lowest id.
-- reused: yes
SELECT user_id, followee_id, place
FROM (SELECT follow.user_id,
             follow.followee_id,
             row_number() OVER (PARTITION BY follow.user_id ORDER BY coalesce(edge.weight, 0) DESC, follow.followee_id) AS place
      FROM follows AS follow
      LEFT JOIN affinities AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id)
WHERE place <= 100
