-- Posts, each with the instant from which its age counts: when someone last took it further.
-- reused: yes
SELECT post.*, greatest(post.created_at, counts.last_activity_at) AS fresh_at
FROM posts AS post
LEFT JOIN post_counts AS counts ON counts.post_id = post.post_id
