-- What users did in the window that two joins could have foreseen: they acted on a fresh item whose author they follow,
-- or on which an account that they follow acted in the last hours.
SELECT DISTINCT action.user_id, action.item_id
FROM actions AS action
JOIN post AS item ON item.post_id = action.item_id
LEFT JOIN follows AS follow ON follow.user_id = action.user_id AND follow.followee_id = item.author_id
LEFT JOIN (SELECT DISTINCT acted.user_id, acted.item_id
           FROM actions AS acted
           JOIN follows AS followed ON followed.user_id = acted.user_id
           JOIN engagements AS act ON act.user_id = followed.followee_id AND act.post_id = acted.item_id
           WHERE act.kind IN ('click', 'like', 'repost', 'reply', 'quote')
             AND act.engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)) AS proof
  ON proof.user_id = action.user_id AND proof.item_id = action.item_id
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
  AND (follow.user_id IS NOT NULL OR proof.user_id IS NOT NULL)
