-- As conf/sources/in_network.sql.
SELECT target.user_id,
       item.post_id AS item_id,
       (1 + ln(1 + coalesce(edge.weight, 0)))
       / (1 + (epoch_us(getvariable('as_of')) - epoch_us(item.created_at)) // 60000000 / 60) AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN follows AS follow ON follow.user_id = target.user_id
JOIN posts AS item ON item.author_id = follow.followee_id
LEFT JOIN edges AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id
WHERE item.created_at >= getvariable('since')
  AND NOT item.is_reply
