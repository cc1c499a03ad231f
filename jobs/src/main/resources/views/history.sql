-- Every send that is known: what the delivery system handed back, and this pipeline's own sends of earlier dates that
-- have not come back yet.
-- reused: yes
SELECT send_id, user_id, item_type, item_id, author_id, notification_type, sent_at, opened_at, ntab_clicked_at, engaged_at,
       disliked_at
FROM notifications
UNION ALL
SELECT send.send_id, send.user_id, send.item_type, send.item_id, send.author_id, send.notification_type,
       send.send_at AS sent_at, NULL, NULL, NULL, NULL
FROM earlier_sends AS send
LEFT ANTI JOIN notifications AS notification ON notification.send_id = send.send_id
