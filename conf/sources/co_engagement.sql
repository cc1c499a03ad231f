-- Posts that are most similar to those that the user acted on last: the same people acted on both (item-kNN).
-- What the user acted on itself counts in the limit; the rule seen removes it.
-- items: post
-- network: both
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
-- parameter: max_acts, whole number, 1 to 100
-- parameter: min_people, whole number, 1 to 1000
-- parameter: max_similar, whole number, 1 to 100000
SELECT target.user_id,
       pair.item_id,
       CAST(sum(pair.similarity) AS DOUBLE) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN latest_acts AS act ON act.user_id = target.user_id
JOIN (SELECT known.post_id AS known_id,
             found.post_id AS item_id,
             -- The cosine of who acted on them: a post that everyone acts on is similar to none. A decimal, so that sums do
             -- not depend on their order.
             CAST(count(*) / sqrt(min(known.people) * min(found.people)) AS DECIMAL(18, 12)) AS similarity,
             -- Else all who acted on a post that everyone acts on would meet all that any of them acted on.
             row_number() OVER (PARTITION BY known.post_id ORDER BY count(*) / sqrt(min(found.people)) DESC, found.post_id) AS place
      FROM (SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
            FROM latest_acts
            WHERE place <= :max_acts) AS found
      JOIN post AS item ON item.post_id = found.post_id
      JOIN (SELECT user_id, post_id, count(*) OVER (PARTITION BY post_id) AS people
            FROM latest_acts
            WHERE place <= :max_acts) AS known
        ON known.user_id = found.user_id AND known.post_id <> found.post_id
      WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
        AND NOT item.is_reply
      GROUP BY known.post_id, found.post_id
      HAVING count(*) >= :min_people) AS pair
  ON pair.known_id = act.post_id AND pair.place <= :max_similar
WHERE act.place <= :max_acts
GROUP BY target.user_id, pair.item_id
