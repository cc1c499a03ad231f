-- What people did with each post so far.
-- reused: yes
SELECT tile.post_id,
       sum(tile.impressions) AS impressions,
       sum(tile.clicks) AS clicks,
       sum(tile.likes) AS likes,
       sum(tile.reposts) AS reposts,
       sum(tile.replies) AS replies,
       sum(tile.dislikes) AS dislikes,
       sum(tile.reports) AS reports,
       coalesce(max(latest.impressions), 0) AS impressions_6h,
       coalesce(max(latest.actions), 0) AS actions_6h,
       max(tile.last_activity_at) AS last_activity_at
FROM post_acts AS tile
LEFT JOIN latest_post_acts AS latest ON latest.post_id = tile.post_id
GROUP BY tile.post_id
