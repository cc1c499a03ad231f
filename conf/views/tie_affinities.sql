-- How likely each user acts on each author within a day, in thousandths; of users without a tie in the model what their acts on
-- each author's posts weigh together.
SELECT tie.user_id, tie.other_id AS author_id, CAST(round(1000 * tie.probability) AS BIGINT) AS weight
FROM tie_strengths AS tie
UNION ALL
SELECT tile.user_id, tile.author_id, sum(tile.weight) AS weight
FROM edge_acts AS tile
LEFT ANTI JOIN tie_strengths AS tie ON tie.user_id = tile.user_id
WHERE tile.weight > 0
GROUP BY tile.user_id, tile.author_id
