-- The communities that each user is interested in, at most 50: those of which it follows at least min_followees members; place 1 the
-- strongest. A weight is the logarithm of 1 and what these memberships add up to, made such that a user's squared weights add up to 1.
-- reused: yes
-- setting: communities.min_followees
SELECT user_id,
       community,
       place,
       strength / sqrt(CAST(sum(CAST(strength * strength AS DECIMAL(18, 12))) OVER (PARTITION BY user_id) AS DOUBLE)) AS weight
FROM (SELECT user_id,
             community,
             ln(1 + CAST(weight AS DOUBLE)) AS strength,
             row_number() OVER (PARTITION BY user_id ORDER BY weight DESC, community) AS place
      -- Decimals, so that sums do not depend on their order.
      FROM (SELECT follow.user_id, member.community, sum(CAST(member.weight AS DECIMAL(9, 6))) AS weight
            FROM communities AS member
            JOIN follows AS follow ON follow.followee_id = member.author_id
            GROUP BY follow.user_id, member.community
            HAVING count(*) >= :min_followees)
      WHERE weight > 0)
WHERE place <= 50
