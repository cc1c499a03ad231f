-- How often each user saw posts of each topic and acted on them, was sent some, and opened those. A recent send counts
-- 1024, halved for each two days of age.
SELECT event.user_id,
       topic.topic_id,
       count_if(event.kind = 'action') AS actions,
       count_if(event.kind = 'impression') AS impressions,
       count_if(event.kind IN ('push', 'open')) AS pushes,
       count_if(event.kind = 'open') AS opens,
       sum(event.recent) AS recent_pushes
FROM (SELECT user_id, post_id, CASE kind WHEN 'impression' THEN 'impression' ELSE 'action' END AS kind, 0L AS recent
      FROM acts
      WHERE is_action OR is_impression
      UNION ALL
      SELECT user_id,
             item_id AS post_id,
             CASE WHEN opened_at IS NULL THEN 'push' ELSE 'open' END AS kind,
             CAST(round(1024 * power(0.5, timestampdiff(MINUTE, sent_at, :as_of) / (2 * 1440))) AS BIGINT) AS recent
      FROM history
      WHERE item_type = 'post') AS event
JOIN post_topics AS topic ON topic.post_id = event.post_id
GROUP BY event.user_id, topic.topic_id
