-- What each user did with each author's posts: the weighted edges of the interaction graph. A recent weight counts 1024
-- times, half of that for every three days that the act is old.
-- reused: yes
SELECT tile.user_id,
       tile.author_id,
       sum(tile.likes) AS likes,
       sum(tile.reposts) AS reposts,
       sum(tile.replies) AS replies,
       sum(tile.clicks) AS clicks,
       sum(tile.profile_visits) AS profile_visits,
       sum(tile.impressions) AS impressions,
       sum(tile.dislikes) AS dislikes,
       min(tile.first_seen_at) AS first_seen_at,
       max(tile.last_engaged_at) AS last_engaged_at,
       max(tile.last_seen_at) AS last_seen_at,
       bit_count(bit_or(CASE WHEN tile.weight > 0 THEN shiftleft(1L, least(62, tile.days_ago)) ELSE 0L END)) AS engaged_days,
       bit_count(bit_or(CASE WHEN tile.impressions > 0 THEN shiftleft(1L, least(62, tile.days_ago)) ELSE 0L END)) AS seen_days,
       sum(tile.weight * shiftright(1024, least(31, CAST(tile.days_ago DIV 3 AS INT)))) AS recent_weight,
       sum(tile.weight) AS weight
FROM edge_acts AS tile
GROUP BY tile.user_id, tile.author_id
