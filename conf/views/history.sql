-- Every send that is known: what the delivery system handed back, and this pipeline's own sends of earlier dates that
-- have not come back yet. It was opened when it was, or when it was clicked in the notifications tab, whichever came first.
-- reused: yes
SELECT notification.send_id,
       notification.user_id,
       notification.item_type,
       notification.item_id,
       notification.author_id,
       notification.notification_type,
       notification.sent_at,
       least(notification.opened_at, notification.ntab_clicked_at) AS opened_at,
       notification.engaged_at,
       notification.disliked_at
FROM notifications AS notification
UNION ALL
SELECT send.send_id, send.user_id, send.item_type, send.item_id, send.author_id, send.notification_type,
       send.send_at AS sent_at, NULL, NULL, NULL
FROM earlier_sends AS send
LEFT ANTI JOIN notifications AS notification ON notification.send_id = send.send_id
