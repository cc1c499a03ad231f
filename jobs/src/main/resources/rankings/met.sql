-- Of the items ranked, those that are not new to a user: met before, or its own.
SELECT seen.user_id, item.item_id
FROM seen
JOIN ranked_items AS item ON item.item_id = seen.post_id
UNION
SELECT item.author_id AS user_id, item.item_id
FROM ranked_items AS item
