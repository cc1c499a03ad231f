-- Pairs of authors, of whom one is among the :max_similar that are most similar to the other. The similarity is the cosine of the sets
-- of their followers, in billionths: whole numbers, so that sums do not depend on their order.
SELECT DISTINCT least(author_id, other_id) AS author_id, greatest(author_id, other_id) AS other_id, similarity
FROM (SELECT author_id,
             other_id,
             similarity,
             row_number() OVER (PARTITION BY author_id ORDER BY similarity DESC, other_id) AS place
      FROM (SELECT inline(array(named_struct('author_id', one_id, 'other_id', two_id, 'similarity', similarity),
                                named_struct('author_id', two_id, 'other_id', one_id, 'similarity', similarity)))
            FROM (SELECT one.author_id AS one_id,
                         two.author_id AS two_id,
                         CAST(round(1000000000 * count(*) / sqrt(min(one.followers) * min(two.followers))) AS BIGINT) AS similarity
                  FROM counted_follows AS one
                  JOIN counted_follows AS two ON two.user_id = one.user_id AND two.author_id > one.author_id
                  GROUP BY one.author_id, two.author_id
                  HAVING count(*) >= :min_common_followers)))
WHERE place <= :max_similar
