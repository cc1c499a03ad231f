-- Posts, each with the instant from which its age counts: when it was written.
-- reused: yes
SELECT *, created_at AS fresh_at FROM posts
