-- What people did, each act with what kind it is, what it weighs, and how long ago it was. Days are the 24-hour spans that end
-- at the as-of instant. A weight is a whole number, so that sums of them do not depend on their order.
SELECT act.user_id,
       act.author_id,
       act.post_id,
       act.kind,
       act.engaged_at,
       act.kind IN ('like', 'repost', 'reply', 'quote', 'click') AS is_action,
       act.kind IN ('reply', 'quote') AS is_reply,
       act.kind = 'impression' AS is_impression,
       act.kind IN ('dislike', 'report') AS is_dislike,
       CASE act.kind WHEN 'repost' THEN 4 WHEN 'reply' THEN 4 WHEN 'quote' THEN 4 WHEN 'like' THEN 2
                     WHEN 'click' THEN 1 WHEN 'profile_visit' THEN 1 ELSE 0 END AS weight,
       CAST((unix_micros(:as_of) - unix_micros(act.engaged_at) - 1) DIV 86400000000 AS INT) AS days_ago
FROM engagements AS act
