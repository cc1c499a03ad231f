-- Pairs of accounts of which the first acted on the other in the last 24 hours.
SELECT DISTINCT tile.user_id, tile.author_id FROM edge_acts AS tile WHERE tile.days_ago = 0 AND tile.weight > 0
