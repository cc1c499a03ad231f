-- The freshest items by the accounts that the recipient follows: as many as this pipeline sends it, fewer where there
-- are no more.
SELECT user_id, item_id
FROM (SELECT recipient.user_id,
             recipient.sends,
             item.post_id AS item_id,
             row_number() OVER (PARTITION BY recipient.user_id ORDER BY item.fresh_at DESC, item.post_id) AS place
      FROM recipients AS recipient
      JOIN follows AS follow ON follow.user_id = recipient.user_id
      JOIN post AS item ON item.author_id = follow.followee_id
      WHERE item.author_id <> recipient.user_id)
WHERE place <= sends
