-- As conf/sources/video.sql.
SELECT target.user_id,
       best.post_id AS item_id,
       best.people AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN (SELECT item.language, item.post_id, count(DISTINCT act.user_id)::DOUBLE AS people
      FROM acts AS act
      JOIN posts AS item ON item.post_id = act.post_id
      WHERE act.is_action
        AND act.engaged_at >= getvariable('since')
        AND item.media = 'video'
        AND item.created_at >= getvariable('since')
        AND NOT item.is_reply
      GROUP BY item.language, item.post_id
      QUALIFY row_number() OVER (PARTITION BY item.language ORDER BY people DESC, item.post_id) <= getvariable('limit')) AS best
  ON best.language IS NOT DISTINCT FROM target.language
WHERE target.has_recommendations
