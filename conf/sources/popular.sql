-- Posts of the user's language that most people of its country acted on.
-- items: post
-- network: out
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
SELECT target.user_id,
       best.post_id AS item_id,
       best.people AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN (SELECT place.country,
             place.language,
             place.post_id,
             place.people,
             row_number() OVER (PARTITION BY place.country, place.language ORDER BY place.people DESC, place.post_id) AS place_rank
      FROM (SELECT actor.country,
                   item.language,
                   item.post_id,
                   CAST(count(DISTINCT act.user_id) AS DOUBLE) AS people
            FROM acts AS act
            JOIN users AS actor ON actor.user_id = act.user_id
            JOIN post AS item ON item.post_id = act.post_id
            WHERE act.is_action
              AND act.engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND NOT item.is_reply
            GROUP BY actor.country, item.language, item.post_id) AS place) AS best
  ON best.country <=> target.country AND best.language <=> target.language
WHERE best.place_rank <= :limit
