-- The freshest items of the accounts that the user follows.
SELECT person.user_id, item.item_id, CAST(unix_micros(item.fresh_at) AS DOUBLE) AS score
FROM audience AS person
JOIN follows AS follow ON follow.user_id = person.user_id
JOIN ranked_items AS item ON item.author_id = follow.followee_id
