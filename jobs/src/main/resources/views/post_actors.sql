-- Who liked, reposted or answered which post, and when last.
SELECT user_id,
       post_id,
       bool_or(kind = 'like') AS is_liked,
       bool_or(kind = 'repost') AS is_reposted,
       bool_or(kind IN ('reply', 'quote')) AS is_replied,
       max(engaged_at) AS last_at
FROM engagements
WHERE kind IN ('like', 'repost', 'reply', 'quote')
GROUP BY user_id, post_id
