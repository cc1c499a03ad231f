-- What is ranked: posts that are known at the as-of instant and not too old.
SELECT item.post_id AS item_id, item.author_id, item.fresh_at
FROM post AS item
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
