-- Any items, by the seed and the user.
SELECT drawn.user_id, item.item_id, -CAST(min(drawn.draw) AS DOUBLE) AS score
FROM (SELECT user_id, draw, pmod(xxhash64(:seed, user_id, draw), :items) AS place
      FROM audience
      LATERAL VIEW explode(sequence(1, CAST(3 * (:best + met) AS INT))) AS draw) AS drawn
JOIN (SELECT item_id, row_number() OVER (ORDER BY item_id) - 1 AS place FROM ranked_items) AS item
  ON item.place = drawn.place
GROUP BY drawn.user_id, item.item_id
