-- Posts, each with the instant from which its age counts: when it was written.
SELECT *, created_at AS fresh_at FROM posts
