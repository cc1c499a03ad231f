-- Posts that a user has already met: shown on the home timeline, or acted on.
SELECT DISTINCT user_id, post_id FROM engagements WHERE post_id IS NOT NULL
