-- What most of the accounts that the user follows acted on.
SELECT person.user_id, act.item_id, CAST(count(*) AS DOUBLE) AS score
FROM audience AS person
JOIN follows AS follow ON follow.user_id = person.user_id
JOIN evidence AS act ON act.user_id = follow.followee_id
JOIN ranked_items AS item ON item.item_id = act.item_id
GROUP BY person.user_id, act.item_id
