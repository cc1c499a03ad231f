-- Videos of the user's language that most people acted on. The rule too_old lets them be older than other posts.
-- items: post
-- network: out
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, default 48, hours back
SELECT target.user_id,
       best.post_id AS item_id,
       best.people AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN (SELECT video.language,
             video.post_id,
             video.people,
             row_number() OVER (PARTITION BY video.language ORDER BY video.people DESC, video.post_id) AS place
      FROM (SELECT item.language,
                   item.post_id,
                   CAST(count(DISTINCT act.user_id) AS DOUBLE) AS people
            FROM acts AS act
            JOIN post AS item ON item.post_id = act.post_id
            WHERE act.is_action
              AND act.engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND item.media = 'video'
              AND item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND NOT item.is_reply
            GROUP BY item.language, item.post_id) AS video) AS best
  ON best.language <=> target.language
WHERE best.place <= :limit
