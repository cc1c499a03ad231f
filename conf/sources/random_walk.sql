-- Posts at which a random walk ends that goes from the user to one of its latest acts, to one of the latest who acted on the
-- same post, and to one of their latest acts (P3). The score is the probability; the user's latest acts are left out.
-- items: post
-- network: both
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, default 24, hours back
-- parameter: max_acts, whole number, 1 to 100, default 50
-- parameter: max_people, whole number, 1 to 10000, default 100
-- parameter: max_neighbors, whole number, 1 to 1000, default 100
SELECT target.user_id,
       pair.item_id,
       CAST(sum(pair.probability) AS DOUBLE) / min(act.acts) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN (SELECT user_id, post_id, count(*) OVER (PARTITION BY user_id) AS acts
      FROM latest_acts
      WHERE place <= :max_acts) AS act
  ON act.user_id = target.user_id
-- From post to post: a matrix of which each row has its max_neighbors greatest probabilities. Decimals, so that sums do not
-- depend on their order.
JOIN (SELECT step.known_id,
             step.item_id,
             step.probability,
             row_number() OVER (PARTITION BY step.known_id ORDER BY step.probability DESC, step.item_id) AS place
      FROM (SELECT known.post_id AS known_id,
                   found.post_id AS item_id,
                   CAST(CAST(sum(CAST(1 / found.acts AS DECIMAL(18, 12))) AS DOUBLE) / min(known.people) AS DECIMAL(18, 12))
                       AS probability
            FROM (SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
                  FROM (SELECT user_id,
                               post_id,
                               row_number() OVER (PARTITION BY post_id ORDER BY last_at DESC, user_id) AS place
                        FROM latest_acts
                        WHERE place <= :max_acts)
                  WHERE place <= :max_people) AS known
            JOIN (SELECT user_id, post_id, count(*) OVER (PARTITION BY user_id) AS acts
                  FROM latest_acts
                  WHERE place <= :max_acts) AS found
              ON found.user_id = known.user_id AND found.post_id <> known.post_id
            JOIN post AS item ON item.post_id = found.post_id
            WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND NOT item.is_reply
            GROUP BY known.post_id, found.post_id) AS step) AS pair
  ON pair.known_id = act.post_id
LEFT ANTI JOIN latest_acts AS own ON own.user_id = target.user_id AND own.post_id = pair.item_id
WHERE pair.place <= :max_neighbors
GROUP BY target.user_id, pair.item_id
