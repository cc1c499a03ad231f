-- How many follow each account.
SELECT followee_id AS user_id, count(*) AS followers FROM follows GROUP BY followee_id
