-- What the recipient was sent of the notification type, and what came of it; NULL when nothing was sent.
-- key: user_id, notification_type
-- column: pushes: sends; from notifications and earlier sends
-- column: opens: sends that were opened, or clicked in the notifications tab
-- column: engagements: sends whose item was engaged with after that
-- column: dislikes: sends that were answered with see less often
SELECT counts.user_id,
       counts.notification_type,
       counts.pushes,
       counts.opens,
       counts.engagements,
       counts.dislikes
FROM user_push_types AS counts
