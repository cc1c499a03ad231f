-- Pairs of accounts between which there may be a tie: the first did anything with the other's posts, or follows it.
SELECT edge.user_id, edge.author_id FROM edges AS edge
UNION
SELECT follow.user_id, follow.followee_id AS author_id FROM follows AS follow WHERE follow.user_id <> follow.followee_id
