-- As conf/sources/random_walk.sql.
WITH act AS (
    SELECT user_id, post_id, last_at, count(*) OVER (PARTITION BY user_id) AS acts
    FROM latest_acts
    WHERE place <= getvariable('max_acts')),
known AS (
    SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
    FROM (FROM act
          QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY last_at DESC, user_id) <= getvariable('max_people'))),
pair AS (
    SELECT known.post_id AS known_id,
           found.post_id AS item_id,
           (sum((1 / found.acts)::DECIMAL(18, 12))::DOUBLE / min(known.people))::DECIMAL(18, 12) AS probability
    FROM known
    JOIN act AS found ON found.user_id = known.user_id AND found.post_id <> known.post_id
    JOIN posts AS item ON item.post_id = found.post_id
    WHERE item.created_at >= getvariable('since')
      AND NOT item.is_reply
    GROUP BY known.post_id, found.post_id
    QUALIFY row_number() OVER (PARTITION BY known_id ORDER BY probability DESC, item_id) <= getvariable('max_neighbors'))
SELECT target.user_id,
       pair.item_id,
       sum(pair.probability)::DOUBLE / min(act.acts) AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN act ON act.user_id = target.user_id
JOIN pair ON pair.known_id = act.post_id
ANTI JOIN latest_acts AS own ON own.user_id = target.user_id AND own.post_id = pair.item_id
WHERE target.has_recommendations
GROUP BY target.user_id, pair.item_id
