-- What each user did with each author's posts: the weighted edges of the interaction graph. A weight is a whole number,
-- so that sums of them do not depend on their order; a recent weight counts 1024 times, half of that for every three
-- days that the act is old. Days are the 24-hour spans that end at the as-of instant.
-- reused: yes
SELECT user_id,
       author_id,
       count_if(kind = 'like') AS likes,
       count_if(kind = 'repost') AS reposts,
       count_if(kind IN ('reply', 'quote')) AS replies,
       count_if(kind = 'click') AS clicks,
       count_if(kind = 'profile_visit') AS profile_visits,
       count_if(kind = 'impression') AS impressions,
       count_if(kind IN ('dislike', 'report')) AS dislikes,
       min(engaged_at) AS first_seen_at,
       max(engaged_at) FILTER (WHERE kind NOT IN ('impression', 'dislike', 'report')) AS last_engaged_at,
       max(engaged_at) FILTER (WHERE kind = 'impression') AS last_seen_at,
       bit_count(bit_or(CASE WHEN weight > 0 THEN shiftleft(1L, least(62, days_ago)) ELSE 0L END)) AS engaged_days,
       bit_count(bit_or(CASE WHEN kind = 'impression' THEN shiftleft(1L, least(62, days_ago)) ELSE 0L END)) AS seen_days,
       sum(weight * shiftright(1024, least(31, CAST(days_ago DIV 3 AS INT)))) AS recent_weight,
       sum(weight) AS weight
FROM (SELECT *,
             CASE kind WHEN 'repost' THEN 4 WHEN 'reply' THEN 4 WHEN 'quote' THEN 4 WHEN 'like' THEN 2
                       WHEN 'click' THEN 1 WHEN 'profile_visit' THEN 1 ELSE 0 END AS weight,
             CAST((unix_micros(:as_of) - unix_micros(engaged_at) - 1) DIV 86400000000 AS INT) AS days_ago
      FROM engagements
      WHERE kind <> 'update' AND user_id <> author_id)
GROUP BY user_id, author_id
