-- How unevenly each user acts on each author: the sum over days of the squared number of acts of the day. With the
-- number of acts and of days it gives their variance a day.
SELECT tile.user_id, tile.author_id, sum(tile.acts) AS acts, sum(tile.acts * tile.acts) AS squares
FROM edge_acts AS tile
WHERE tile.acts > 0
GROUP BY tile.user_id, tile.author_id
