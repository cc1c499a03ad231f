-- User-kNN: what the :neighbors users who are most similar to the user acted on; the similarity of two is the cosine of what
-- they acted on. Of an item its :people latest people count. Sums are of decimals, so that they do not depend on their
-- order.
SELECT neighbor.user_id, act.item_id, CAST(sum(neighbor.similarity) AS DOUBLE) AS score
FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY similarity DESC, other_id) AS place
      FROM (SELECT person.user_id,
                   other.user_id AS other_id,
                   CAST(count(*) / sqrt(min(known.items) * min(other.items)) AS DECIMAL(18, 12)) AS similarity
            FROM audience AS person
            JOIN evidence AS known ON known.user_id = person.user_id
            JOIN (SELECT *, row_number() OVER (PARTITION BY item_id ORDER BY acted_at DESC, user_id) AS place
                  FROM evidence) AS other
              ON other.item_id = known.item_id AND other.user_id <> known.user_id
            WHERE other.place <= :people
            GROUP BY person.user_id, other.user_id)) AS neighbor
JOIN evidence AS act ON act.user_id = neighbor.other_id
JOIN ranked_items AS item ON item.item_id = act.item_id
WHERE neighbor.place <= :neighbors
GROUP BY neighbor.user_id, act.item_id
