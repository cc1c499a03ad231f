-- How many each account follows.
SELECT user_id, count(*) AS follows FROM follows GROUP BY user_id
