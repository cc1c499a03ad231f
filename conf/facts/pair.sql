-- What lies between a recipient and the author of an item.
-- key: user_id, other_id = author_id
-- column: likes, reposts, replies, clicks, profile_visits, impressions, dislikes: what the recipient did with the author's
--   posts; from engagements
-- column: weight: the same as one number: 4 a repost or reply, 2 a like, 1 a click or visit
-- column: recent_weight: the same, 1024 times, halved for every three days of age
-- column: engaged_days, seen_days: days on which the recipient acted on the author, saw the author
-- column: acts, squares: acts, and the sum over days of the squared acts of the day
-- column: elapsed_days: days since the recipient's first act on the author; NULL when there was none
-- column: days_since_last: days since the last act; NULL when there was none
-- column: days_since_seen: days since the last impression; NULL when there was none
-- column: pushes, opens, push_engagements, push_dislikes: what the recipient was sent of the author, and what came of it; from
--   notifications and earlier sends
-- column: recent_pushes: the same; each counts 1024, halved for every two days of age
-- column: days_since_push: since the last of them
-- column: weight_back, recent_weight_back, impressions_back, engaged_days_back, days_since_last_back: the same of what the
--   author did with the recipient's posts
-- column: days_followed, days_followed_back: since when the recipient follows the author, and the author the recipient; NULL
--   when not; from follows
-- column: is_followed, is_following_back: whether they do
-- column: is_followed_at_writing: the recipient followed the author when the post was written
-- column: is_device_follow: the recipient gets each post of the author as a notification anyway; from follows
-- column: is_blocked: one of the two blocked the other; from relations
-- column: is_muted: one of the two muted the other; from relations
-- column: is_hidden: the recipient asked not to be shown the author; from relations
-- column: tie_strength, tie_strength_back: probability that the recipient acts on the author within a day, and the author on the
--   recipient; NULL when it is not among the strongest; from tie_strengths
SELECT coalesce(edge.likes, 0) AS likes,
       coalesce(edge.reposts, 0) AS reposts,
       coalesce(edge.replies, 0) AS replies,
       coalesce(edge.clicks, 0) AS clicks,
       coalesce(edge.profile_visits, 0) AS profile_visits,
       coalesce(edge.impressions, 0) AS impressions,
       coalesce(edge.dislikes, 0) AS dislikes,
       coalesce(edge.weight, 0) AS weight,
       coalesce(edge.recent_weight, 0) AS recent_weight,
       coalesce(edge.engaged_days, 0) AS engaged_days,
       coalesce(edge.seen_days, 0) AS seen_days,
       coalesce(edge_day.acts, 0) AS acts,
       coalesce(edge_day.squares, 0) AS squares,
       timestampdiff(HOUR, edge.first_seen_at, :as_of) / 24 AS elapsed_days,
       timestampdiff(HOUR, edge.last_engaged_at, :as_of) / 24 AS days_since_last,
       timestampdiff(HOUR, edge.last_seen_at, :as_of) / 24 AS days_since_seen,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes,
       coalesce(pushes.recent_pushes, 0) AS recent_pushes,
       timestampdiff(HOUR, pushes.last_sent_at, :as_of) / 24 AS days_since_push,
       coalesce(back.weight, 0) AS weight_back,
       coalesce(back.recent_weight, 0) AS recent_weight_back,
       coalesce(back.impressions, 0) AS impressions_back,
       coalesce(back.engaged_days, 0) AS engaged_days_back,
       timestampdiff(HOUR, back.last_engaged_at, :as_of) / 24 AS days_since_last_back,
       timestampdiff(HOUR, follow.followed_at, :as_of) / 24 AS days_followed,
       timestampdiff(HOUR, follow_back.followed_at, :as_of) / 24 AS days_followed_back,
       follow.user_id IS NOT NULL AS is_followed,
       coalesce(follow.followed_at <= post.created_at, false) AS is_followed_at_writing,
       coalesce(follow.is_device_follow, false) AS is_device_follow,
       follow_back.user_id IS NOT NULL AS is_following_back,
       coalesce(barred.is_blocked, false) AS is_blocked,
       coalesce(barred.is_muted, false) AS is_muted,
       coalesce(barred.is_hidden, false) AS is_hidden,
       tie.probability AS tie_strength,
       tie_back.probability AS tie_strength_back
FROM row
LEFT JOIN edges AS edge ON edge.user_id = row.user_id AND edge.author_id = row.author_id
LEFT JOIN edges AS back ON back.user_id = row.author_id AND back.author_id = row.user_id
LEFT JOIN edge_days AS edge_day ON edge_day.user_id = row.user_id AND edge_day.author_id = row.author_id
LEFT JOIN edge_pushes AS pushes ON pushes.user_id = row.user_id AND pushes.author_id = row.author_id
LEFT JOIN follows AS follow ON follow.user_id = row.user_id AND follow.followee_id = row.author_id
LEFT JOIN follows AS follow_back ON follow_back.user_id = row.author_id AND follow_back.followee_id = row.user_id
LEFT JOIN barred ON barred.user_id = row.user_id AND barred.other_id = row.author_id
LEFT JOIN tie_strengths AS tie ON tie.user_id = row.user_id AND tie.other_id = row.author_id
LEFT JOIN tie_strengths AS tie_back ON tie_back.user_id = row.author_id AND tie_back.other_id = row.user_id
