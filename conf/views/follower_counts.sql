-- How many follow each account.
SELECT followee_id AS user_id,
       count(*) AS followers,
       count_if(followed_at >= :as_of - INTERVAL 30 DAYS) AS followers_30d
FROM follows
GROUP BY followee_id
