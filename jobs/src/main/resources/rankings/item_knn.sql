-- Item-kNN (Sarwar et al. 2001): items that are most similar to those that the user acted on; the similarity of two is the
-- cosine of who acted on them. Sums are of decimals, so that they do not depend on their order.
SELECT person.user_id, pair.item_id, CAST(sum(pair.similarity) AS DOUBLE) AS score
FROM audience AS person
JOIN evidence AS act ON act.user_id = person.user_id
JOIN (SELECT known.item_id AS known_id,
             found.item_id,
             CAST(count(*) / sqrt(min(known.people) * min(found.people)) AS DECIMAL(18, 12)) AS similarity
      FROM evidence AS found
      LEFT SEMI JOIN ranked_items AS item ON item.item_id = found.item_id
      JOIN (SELECT act.user_id, act.item_id, act.people
            FROM evidence AS act
            LEFT SEMI JOIN (SELECT own.item_id FROM evidence AS own JOIN audience AS who ON who.user_id = own.user_id) AS asked
              ON asked.item_id = act.item_id) AS known
        ON known.user_id = found.user_id AND known.item_id <> found.item_id
      GROUP BY known.item_id, found.item_id) AS pair
  ON pair.known_id = act.item_id
GROUP BY person.user_id, pair.item_id
