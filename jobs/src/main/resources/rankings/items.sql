-- What is ranked: posts that are known at the as-of instant and not too old; videos may be older than others.
SELECT item.post_id AS item_id, item.author_id, item.fresh_at
FROM post AS item
WHERE item.fresh_at
      >= :as_of - make_dt_interval(0, CASE WHEN item.media = 'video' THEN :video_max_age_hours ELSE :max_age_hours END)
