-- What each user did with each author's posts: the weighted edges of the interaction graph. A weight is a whole number,
-- so that sums of them do not depend on their order.
-- reused: yes
SELECT user_id,
       author_id,
       count_if(kind = 'like') AS likes,
       count_if(kind = 'repost') AS reposts,
       count_if(kind IN ('reply', 'quote')) AS replies,
       count_if(kind = 'click') AS clicks,
       count_if(kind = 'profile_visit') AS profile_visits,
       count_if(kind = 'impression') AS impressions,
       max(engaged_at) FILTER (WHERE kind <> 'impression') AS last_engaged_at,
       max(engaged_at) FILTER (WHERE kind = 'impression') AS last_seen_at,
       sum(CASE kind WHEN 'repost' THEN 4 WHEN 'reply' THEN 4 WHEN 'quote' THEN 4 WHEN 'like' THEN 2
                     WHEN 'click' THEN 1 WHEN 'profile_visit' THEN 1 ELSE 0 END) AS weight
FROM engagements
WHERE kind NOT IN ('update', 'dislike', 'report') AND user_id <> author_id
GROUP BY user_id, author_id
