-- Posts, each with the instant from which its age counts: when it was written.
-- reused: yes
-- instead: live_posts where inputs.item_age is last_activity
SELECT *, created_at AS fresh_at FROM posts
