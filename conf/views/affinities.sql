-- What each user's acts on each author's posts weigh together; without those who only met them.
-- instead: tie_affinities where real_graph.replaces_affinities is true
SELECT tile.user_id, tile.author_id, sum(tile.weight) AS weight
FROM edge_acts AS tile
WHERE tile.weight > 0
GROUP BY tile.user_id, tile.author_id
