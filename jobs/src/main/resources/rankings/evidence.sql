-- What each user acted on before the as-of instant: its latest items, :acts at most, so that who acts on everything
-- does not make a pair of every two items. With how many items the user has here, and how many people the item.
SELECT user_id,
       item_id,
       acted_at,
       count(*) OVER (PARTITION BY user_id) AS items,
       count(*) OVER (PARTITION BY item_id) AS people
FROM (SELECT act.user_id,
             act.post_id AS item_id,
             max(act.engaged_at) AS acted_at,
             row_number() OVER (PARTITION BY act.user_id ORDER BY max(act.engaged_at) DESC, act.post_id) AS place
      FROM acts AS act
      WHERE act.is_action AND act.post_id IS NOT NULL AND act.user_id <> act.author_id
      GROUP BY act.user_id, act.post_id)
WHERE place <= :acts
