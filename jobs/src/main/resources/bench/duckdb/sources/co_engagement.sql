-- As conf/sources/co_engagement.sql.
SELECT target.user_id,
       pair.item_id,
       sum(pair.similarity)::DOUBLE AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN latest_acts AS act ON act.user_id = target.user_id
JOIN (SELECT known.post_id AS known_id,
             found.post_id AS item_id,
             (count(*) / sqrt(min(known.people) * min(found.people)))::DECIMAL(18, 12) AS similarity,
             row_number() OVER (PARTITION BY known.post_id ORDER BY count(*) / sqrt(min(found.people)) DESC, found.post_id) AS place
      FROM (SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
            FROM latest_acts
            WHERE place <= 50) AS found
      JOIN posts AS item ON item.post_id = found.post_id
      JOIN (SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
            FROM latest_acts
            WHERE place <= 50) AS known
        ON known.user_id = found.user_id AND known.post_id <> found.post_id
      WHERE item.created_at >= getvariable('since')
        AND NOT item.is_reply
      GROUP BY known.post_id, found.post_id
      HAVING count(*) >= 3) AS pair
  ON pair.known_id = act.post_id AND pair.place <= 200
WHERE act.place <= 50 AND target.has_recommendations
GROUP BY target.user_id, pair.item_id
