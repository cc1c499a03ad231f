-- How many each account follows.
SELECT user_id,
       count(*) AS follows,
       count_if(followed_at >= :as_of - INTERVAL 30 DAYS) AS follows_30d,
       count_if(is_device_follow) AS device_follows
FROM follows
GROUP BY user_id
