-- Recent posts by authors whom people with similar taste engage with (ALS), whether the user knows them or not.
-- items: post
-- network: out
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
SELECT target.user_id,
       item.post_id AS item_id,
       recommended.score / (1 + timestampdiff(MINUTE, item.fresh_at, :as_of) / 1440) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN recommended_authors AS recommended ON recommended.user_id = target.user_id
JOIN post AS item ON item.author_id = recommended.author_id
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
  AND NOT item.is_reply
