-- As conf/sources/collaborative.sql.
SELECT target.user_id,
       item.post_id AS item_id,
       recommended.score / (1 + (epoch_us(getvariable('as_of')) - epoch_us(item.created_at)) // 60000000 / 1440) AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN recommended_authors_files AS recommended ON recommended.user_id = target.user_id
JOIN posts AS item ON item.author_id = recommended.author_id
WHERE target.has_recommendations
  AND item.created_at >= getvariable('since')
  AND NOT item.is_reply
