-- Accounts that may be recommended, be it as authors or as those who vouch for a post: known, and neither suspended nor
-- protected nor marked as unsuitable.
SELECT user_id
FROM users
WHERE NOT (is_suspended OR is_protected OR is_unsuitable)
