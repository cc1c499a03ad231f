-- As conf/sources/trend.sql.
SELECT target.user_id,
       trend.trend_id AS item_id,
       trend.score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN trends AS trend
  ON trend.country IS NOT DISTINCT FROM target.country AND trend.language IS NOT DISTINCT FROM target.language
WHERE target.has_topics
  AND trend.started_at >= getvariable('since')
