-- As conf/sources/communities.sql.
WITH interested_in AS (
    SELECT user_id,
           community,
           place,
           strength / sqrt((sum((strength * strength)::DECIMAL(18, 12)) OVER (PARTITION BY user_id))::DOUBLE) AS weight
    FROM (SELECT user_id,
                 community,
                 ln(1 + weight::DOUBLE) AS strength,
                 row_number() OVER (PARTITION BY user_id ORDER BY weight DESC, community) AS place
          FROM (SELECT follow.user_id, member.community, sum(member.weight::DECIMAL(9, 6)) AS weight
                FROM communities_files AS member
                JOIN follows AS follow ON follow.followee_id = member.author_id
                GROUP BY follow.user_id, member.community
                HAVING count(*) >= getvariable('min_followees'))
          WHERE weight > 0)
    WHERE place <= 50),
act AS (
    SELECT 'act' AS kind, user_id, post_id, max(engaged_at) AS last_at
    FROM acts
    WHERE is_action AND post_id IS NOT NULL AND user_id <> author_id
    GROUP BY ALL
    UNION ALL
    SELECT 'open' AS kind, user_id, item_id AS post_id, max(least(opened_at, ntab_clicked_at)) AS last_at
    FROM notifications_files
    WHERE item_type = 'post'
      AND sent_at < getvariable('as_of')
      AND least(opened_at, ntab_clicked_at) < getvariable('as_of')
    GROUP BY ALL),
score AS (
    SELECT act.kind,
           act.post_id,
           interest.community,
           sum(round(1000000 * interest.weight
                     * power(0.5, (epoch_us(getvariable('as_of')) - epoch_us(act.last_at)) // 60000000
                                  / (60 * getvariable('half_life_hours'))))::BIGINT) AS score
    FROM act
    JOIN interested_in AS interest ON interest.user_id = act.user_id
    WHERE act.last_at >= getvariable('as_of') - INTERVAL 24 HOURS
    GROUP BY act.kind, act.post_id, interest.community
    HAVING score > 0
    QUALIFY row_number() OVER (PARTITION BY act.kind, act.post_id ORDER BY score DESC, interest.community) <= 50),
post_communities AS (
    SELECT kind,
           post_id,
           community,
           score,
           ln(1 + score / 1000000)
           / sqrt((sum(power(ln(1 + score / 1000000), 2)::DECIMAL(18, 12)) OVER (PARTITION BY kind, post_id))::DOUBLE) AS weight
    FROM score
    QUALIFY row_number() OVER (PARTITION BY kind, community ORDER BY score DESC, post_id) <= 2000),
best AS (
    SELECT entry.kind,
           entry.post_id,
           entry.community,
           entry.weight,
           item.author_id,
           row_number() OVER (PARTITION BY entry.kind, entry.community ORDER BY entry.score DESC, entry.post_id) AS place
    FROM post_communities AS entry
    JOIN posts AS item ON item.post_id = entry.post_id
    WHERE item.created_at >= getvariable('since')
      AND NOT item.is_reply),
found AS (
    SELECT target.user_id, best.post_id AS item_id, best.kind, sum((interest.weight * best.weight)::DECIMAL(18, 12))::DOUBLE AS score
    FROM eligible AS target
    JOIN interested_in AS interest ON interest.user_id = target.user_id
    JOIN best ON best.community = interest.community
    WHERE target.has_recommendations
      AND interest.place <= getvariable('max_communities')
      AND best.place <= CASE best.kind WHEN 'open' THEN getvariable('max_opened_posts') ELSE getvariable('max_posts') END
      AND best.author_id <> target.user_id
    GROUP BY ALL)
SELECT user_id, item_id, max(score) AS score, []::BIGINT[] AS actors
FROM found
GROUP BY user_id, item_id
