-- Best posts of the communities that the user is interested in: users interested in the same acted on them, or opened pushes of them
-- (SimClusters). The score is the cosine of the user's and the post's weights, taken over those of the user's communities of which the
-- post is one of the best.
-- items: post
-- network: both
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, default 24, hours back
-- parameter: max_communities, whole number, 1 to 50, default 20
-- parameter: max_posts, whole number, 0 to 2000, default 50
-- parameter: max_opened_posts, whole number, 0 to 2000, default 50
SELECT found.user_id,
       found.item_id,
       max(found.score) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM (SELECT target.user_id,
             best.post_id AS item_id,
             best.kind,
             -- Decimals, so that sums do not depend on their order.
             CAST(sum(CAST(interest.weight * best.weight AS DECIMAL(18, 12))) AS DOUBLE) AS score
      FROM targets AS target
      JOIN interested_in AS interest ON interest.user_id = target.user_id
      JOIN (SELECT entry.kind,
                   entry.post_id,
                   entry.community,
                   entry.weight,
                   item.author_id,
                   row_number() OVER (PARTITION BY entry.kind, entry.community ORDER BY entry.score DESC, entry.post_id) AS place
            FROM post_communities AS entry
            JOIN post AS item ON item.post_id = entry.post_id
            WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
              AND NOT item.is_reply) AS best
        ON best.community = interest.community
      WHERE interest.place <= :max_communities
        AND best.place <= CASE best.kind WHEN 'open' THEN :max_opened_posts ELSE :max_posts END
        AND best.author_id <> target.user_id
      GROUP BY target.user_id, best.post_id, best.kind) AS found
-- Named, so that the source is skipped where there is no such model.
WHERE EXISTS (SELECT member.author_id FROM communities AS member)
GROUP BY found.user_id, found.item_id
