-- Posts of the user's language that most people of its country acted on.
-- network: out
-- needs: has_recommendations
-- parameter: max_age_hours, whole number, 1 to 720
SELECT target.user_id,
       best.post_id AS item_id,
       best.people AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN (SELECT place.*,
             row_number() OVER (PARTITION BY country, language ORDER BY people DESC, post_id) AS place_rank
      FROM (SELECT actor.country,
                   item.language,
                   item.post_id,
                   CAST(count(DISTINCT act.user_id) AS DOUBLE) AS people
            FROM engagements AS act
            JOIN users AS actor ON actor.user_id = act.user_id
            JOIN items AS item ON item.post_id = act.post_id
            WHERE act.kind IN ('like', 'repost', 'reply', 'quote', 'click')
              AND act.engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND item.in_reply_to_post_id IS NULL
            GROUP BY actor.country, item.language, item.post_id) AS place) AS best
  ON best.country <=> target.country AND best.language <=> target.language
WHERE best.place_rank <= :limit
