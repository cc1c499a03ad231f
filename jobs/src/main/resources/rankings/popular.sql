-- What most people acted on, the same for all.
SELECT person.user_id, top.item_id, CAST(top.people AS DOUBLE) AS score
FROM audience AS person
JOIN (SELECT act.item_id,
             max(act.people) AS people,
             row_number() OVER (ORDER BY max(act.people) DESC, act.item_id) AS place
      FROM evidence AS act
      JOIN ranked_items AS item ON item.item_id = act.item_id
      GROUP BY act.item_id) AS top
  -- What is not new to the user can push its list down by no more than its number.
  ON top.place <= :best + person.met
