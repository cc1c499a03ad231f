-- Trends of the user's country and language, the strongest first.
-- items: trend
-- network: both
-- needs: user.has_topics
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
SELECT target.user_id,
       trend.trend_id AS item_id,
       trend.score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN trend ON trend.country <=> target.country AND trend.language <=> target.language
WHERE trend.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
