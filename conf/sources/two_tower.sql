-- Posts whose tower is nearest to the user's: by what both are, see towers.yaml, whoever wrote them.
-- items: post
-- network: both
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
SELECT near.user_id,
       near.item_id,
       near.score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM nearest_posts AS near
JOIN dated_posts AS item ON item.post_id = near.item_id
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
  AND item.author_id <> near.user_id
