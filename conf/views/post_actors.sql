-- Who liked, reposted or answered which post, and when last.
SELECT user_id,
       'post' AS item_type,
       post_id AS item_id,
       bool_or(kind = 'like') AS is_liked,
       bool_or(kind = 'repost') AS is_reposted,
       bool_or(is_reply) AS is_replied,
       max(engaged_at) AS last_at
FROM acts
WHERE is_action AND kind <> 'click'
GROUP BY user_id, post_id
