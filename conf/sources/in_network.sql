-- Recent posts by the accounts that the user follows; accounts it acts on most and fresh posts first.
-- items: post
-- network: in
-- needs: none
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
SELECT target.user_id,
       item.post_id AS item_id,
       (1 + ln(1 + coalesce(edge.weight, 0))) / (1 + timestampdiff(MINUTE, item.fresh_at, :as_of) / 60) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN follows AS follow ON follow.user_id = target.user_id
JOIN post AS item ON item.author_id = follow.followee_id
LEFT JOIN affinities AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
  AND NOT item.is_reply
