-- Pairs between whom one has blocked or muted the other, whichever it was, or the first has hidden the second's
-- recommendations or reposts.
SELECT user_id,
       other_id,
       bool_or(kind = 'block') AS is_blocked,
       bool_or(kind = 'mute') AS is_muted,
       bool_or(kind = 'hide_recommendations') AS is_hidden,
       bool_or(kind = 'no_reposts') AS is_without_reposts
FROM (
    SELECT user_id, other_id, kind FROM relations
    UNION ALL
    SELECT other_id AS user_id, user_id AS other_id, kind FROM relations WHERE kind IN ('block', 'mute')
)
GROUP BY user_id, other_id
