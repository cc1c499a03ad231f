-- The communities whose interested users acted on each post in the last 24 hours, kind act, or opened a push of it, kind open. A user's
-- weights count in millionths, once a post, by its last act or opening; half of that for each half_life_hours of age. Of each post at
-- most 50 communities, of each community at most 2000 posts, those of the highest scores; of equals the lowest ids. A weight is the
-- logarithm of 1 and the score, made such that the squared weights of a post's communities add up to 1.
-- setting: communities.half_life_hours
SELECT kind, post_id, community, score, weight
FROM (SELECT kind,
             post_id,
             community,
             score,
             strength / sqrt(CAST(sum(CAST(strength * strength AS DECIMAL(18, 12))) OVER (PARTITION BY kind, post_id) AS DOUBLE))
                 AS weight,
             row_number() OVER (PARTITION BY kind, community ORDER BY score DESC, post_id) AS place
      FROM (SELECT kind,
                   post_id,
                   community,
                   score,
                   ln(1 + score / 1000000) AS strength,
                   row_number() OVER (PARTITION BY kind, post_id ORDER BY score DESC, community) AS community_place
            FROM (SELECT act.kind,
                         act.post_id,
                         interest.community,
                         sum(CAST(round(1000000 * interest.weight * power(0.5, act.minutes / (60 * :half_life_hours))) AS BIGINT))
                             AS score
                  FROM (SELECT 'act' AS kind, user_id, post_id, timestampdiff(MINUTE, max(engaged_at), :as_of) AS minutes
                        FROM acts
                        WHERE is_action
                          AND post_id IS NOT NULL
                          AND user_id <> author_id
                          AND engaged_at >= :as_of - INTERVAL 24 HOURS
                        GROUP BY user_id, post_id
                        UNION ALL
                        SELECT 'open' AS kind, user_id, item_id AS post_id, timestampdiff(MINUTE, max(opened_at), :as_of) AS minutes
                        FROM history
                        WHERE item_type = 'post' AND opened_at >= :as_of - INTERVAL 24 HOURS
                        GROUP BY user_id, item_id) AS act
                  JOIN interested_in AS interest ON interest.user_id = act.user_id
                  GROUP BY act.kind, act.post_id, interest.community)
            WHERE score > 0)
      WHERE community_place <= 50)
WHERE place <= 2000
