-- Posts by authors who are new or have few followers, of the user's language and country: of each author the post that was
-- shown least, if few saw it. The max_posts least shown form a ring on which each user begins at another place.
-- items: post
-- network: out
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, default 24, hours back
-- parameter: max_account_days, whole number, 0 to 3650, default 30
-- parameter: max_followers, whole number, 0 to 1000000, default 20
-- parameter: max_impressions, whole number, 1 to 1000000, default 100
-- parameter: max_posts, whole number, 1 to 10000, default 100
SELECT target.user_id,
       ring.post_id AS item_id,
       1 / (1 + pmod(ring.place - 1 - target.user_id, ring.posts)) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN (SELECT country, language, post_id, author_id, place, count(*) OVER (PARTITION BY country, language) AS posts
      FROM (SELECT country,
                   language,
                   post_id,
                   author_id,
                   row_number() OVER (PARTITION BY country, language ORDER BY impressions, post_id) AS place
            FROM (SELECT author.country,
                         item.language,
                         item.post_id,
                         item.author_id,
                         item.impressions,
                         row_number() OVER (PARTITION BY item.author_id ORDER BY item.impressions, item.post_id) AS author_place
                  FROM post AS item
                  JOIN author ON author.author_id = item.author_id
                  WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
                    AND NOT item.is_reply
                    AND item.impressions < :max_impressions
                    AND author.is_recommendable
                    AND (author.account_age_days < :max_account_days OR author.followers < :max_followers))
            WHERE author_place = 1)
      WHERE place <= :max_posts) AS ring
  ON ring.country <=> target.country AND ring.language <=> target.language
WHERE pmod(ring.place - 1 - target.user_id, ring.posts) < :limit
  AND ring.author_id <> target.user_id
