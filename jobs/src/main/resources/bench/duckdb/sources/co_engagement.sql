-- As conf/sources/co_engagement.sql.
SELECT target.user_id,
       pair.item_id,
       sum(pair.likeness)::DOUBLE AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN latest_acts AS act ON act.user_id = target.user_id
JOIN (SELECT known.post_id AS known_id,
             found.post_id AS item_id,
             (count(*) / sqrt(min(known.people) * min(found.people)))::DECIMAL(18, 12) AS likeness
      FROM latest_acts AS found
      JOIN posts AS item ON item.post_id = found.post_id
      JOIN latest_acts AS known ON known.user_id = found.user_id AND known.post_id <> found.post_id
      WHERE item.created_at >= getvariable('since')
        AND NOT item.is_reply
        AND found.place <= 50
        AND known.place <= 50
      GROUP BY known.post_id, found.post_id
      HAVING count(*) >= 3) AS pair
  ON pair.known_id = act.post_id
WHERE act.place <= 50 AND target.has_recommendations
GROUP BY target.user_id, pair.item_id
