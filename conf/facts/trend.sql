-- What is known of a trend. Its author is that of its representative post, so that who may not be shown the author is not
-- shown the trend.
-- key: trend_id = item_id
-- items: trend
-- column: author_id: author of the representative post; NULL when the trend has none; from posts
-- column: created_at, fresh_at: when it started; from trends
-- column: age_hours: hours since it started
-- column: name, country, language, score, post_id: as in trends
SELECT trend.trend_id,
       representative.author_id,
       trend.started_at AS created_at,
       trend.started_at AS fresh_at,
       timestampdiff(MINUTE, trend.started_at, :as_of) / 60 AS age_hours,
       trend.name,
       trend.country,
       trend.language,
       trend.score,
       trend.post_id
FROM trends AS trend
LEFT JOIN posts AS representative ON representative.post_id = trend.post_id
