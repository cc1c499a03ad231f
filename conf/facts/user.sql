-- What is known of a recipient.
-- key: user_id
-- column: account_age_days: days since the account was opened; from users
-- column: hours_since_visit: since the last visit; NULL when never; from users
-- column: hours_since_push, hours_since_open: since the last send, and the last opening; from notifications and earlier sends
-- column: hours_since_action: since the last act on a post; from engagements
-- column: local_hour, local_weekday: hour, 0 to 23, and day of the week, 1 (Monday) to 7, in the user's time zone
-- column: country, language, age_bucket, is_verified, is_guest, has_recommendations, has_topics, is_in_network_only, push_cap:
--   as in users
-- column: platform, devices, platforms: the first platform by name, how many devices, every platform; of devices that can get
--   a push
-- column: device_age_days: since the newest of them was first seen
-- column: follows: accounts that the user follows; from follows
-- column: follows_30d: those of them that the user has followed for at most 30 days
-- column: device_follows: those of which the user gets all posts as notifications
-- column: followers: accounts that follow the user; from follows
-- column: followers_30d: those of them that have followed for at most 30 days
-- column: pushes, opens, push_engagements, push_dislikes: what was sent, and what came of it; from notifications and earlier
--   sends
-- column: pushes_7d, opens_7d, push_dislikes_7d: the same of the last 7 days
-- column: push_types: pushes, opens, engagements and dislikes by notification type, as the family type has them, and
--   recent_pushes, of which each counts 1024, halved for every two days of age
-- column: recent_ignored, lasting_ignored: sends without an opening; each counts 1024, halved for every 1.5 or 4 days of age
-- column: visits, visit_days, visit_days_7d: visits, and days with one, of all and of the last 7; NULL when none; from visits
-- column: visits_in_2h, visits_in_8h: visits at the hours of the day that follow the as-of instant
-- column: visits_alike, visits_alike_in_2h: the same on working days alone, or at weekends, as the as-of instant's day is
-- column: open_hours: openings by hour of the day, UTC
-- column: impressions, clicks, likes, reposts, replies, profile_visits, dislikes: what the user did; from engagements
-- column: impressions_7d, actions_7d: the same of the last 7 days; an action is a like, repost, reply, quote or click
-- column: actions, recent_actions: actions on known posts; a recent one counts 1024, halved for every three days of age
-- column: active_days_7d, active_days, seen_days_7d, seen_days, acted_days_7d, acted_days: days with any act, with impressions,
--   with actions
-- column: photo_actions, video_actions, link_actions, long_actions, plain_actions, sensitive_actions: actions on posts of the
--   kind; long: 140 characters or more; plain: without media
-- column: photo_impressions, video_impressions, link_impressions, long_impressions, plain_impressions, sensitive_impressions,
--   post_impressions: impressions of posts of the kind, and of all known posts
-- column: languages: impressions and actions by the post's language
-- column: followed_topics: topics that the user follows; from topic_follows
-- column: topics: impressions, actions, pushes, opens and recent_pushes by topic; from post_topics
-- column: communities: weights by community that the user is interested in, their squares 1 in sum; NULL when none; from follows and
--   the model communities
SELECT account.user_id,
       timestampdiff(HOUR, account.created_at, :as_of) / 24 AS account_age_days,
       timestampdiff(MINUTE, account.last_visit_at, :as_of) / 60 AS hours_since_visit,
       timestampdiff(MINUTE, pushes.last_sent_at, :as_of) / 60 AS hours_since_push,
       timestampdiff(MINUTE, pushes.last_opened_at, :as_of) / 60 AS hours_since_open,
       timestampdiff(MINUTE, activity.last_action_at, :as_of) / 60 AS hours_since_action,
       zone.local_hour,
       zone.local_weekday,
       account.country,
       account.language,
       account.age_bucket,
       account.is_verified,
       account.is_guest,
       account.has_recommendations,
       account.has_topics,
       account.is_in_network_only,
       account.push_cap,
       device.platform,
       device.devices,
       device.platforms,
       timestampdiff(HOUR, device.registered_at, :as_of) / 24 AS device_age_days,
       coalesce(follow.follows, 0) AS follows,
       coalesce(follow.follows_30d, 0) AS follows_30d,
       coalesce(follow.device_follows, 0) AS device_follows,
       coalesce(follower.followers, 0) AS followers,
       coalesce(follower.followers_30d, 0) AS followers_30d,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes,
       coalesce(pushes.pushes_7d, 0) AS pushes_7d,
       coalesce(pushes.opens_7d, 0) AS opens_7d,
       coalesce(pushes.dislikes_7d, 0) AS push_dislikes_7d,
       coalesce(pushes.recent_ignored, 0) AS recent_ignored,
       coalesce(pushes.lasting_ignored, 0) AS lasting_ignored,
       push_type.push_types,
       open_hour.open_hours,
       visit.visits,
       visit.visit_days,
       visit.visit_days_7d,
       visit.visits_in_2h,
       visit.visits_in_8h,
       visit.visits_alike,
       visit.visits_alike_in_2h,
       activity.impressions,
       activity.clicks,
       activity.likes,
       activity.reposts,
       activity.replies,
       activity.profile_visits,
       activity.impressions_7d,
       activity.actions_7d,
       activity.dislikes,
       activity.actions,
       activity.recent_actions,
       activity.active_days_7d,
       activity.active_days,
       activity.seen_days_7d,
       activity.seen_days,
       activity.acted_days_7d,
       activity.acted_days,
       activity.photo_actions,
       activity.video_actions,
       activity.link_actions,
       activity.long_actions,
       activity.plain_actions,
       activity.sensitive_actions,
       activity.photo_impressions,
       activity.video_impressions,
       activity.link_impressions,
       activity.long_impressions,
       activity.plain_impressions,
       activity.sensitive_impressions,
       activity.post_impressions,
       activity.languages,
       topic_follow.followed_topics,
       topic.topics,
       interest.communities
FROM users AS account
LEFT JOIN (SELECT user_id,
                  min(platform) AS platform,
                  count(*) AS devices,
                  array_sort(collect_set(platform)) AS platforms,
                  max(registered_at) AS registered_at
           FROM devices
           WHERE is_push_capable
           GROUP BY user_id) AS device
  ON device.user_id = account.user_id
LEFT JOIN time_zones AS zone ON zone.time_zone = account.time_zone
LEFT JOIN follow_counts AS follow ON follow.user_id = account.user_id
LEFT JOIN follower_counts AS follower ON follower.user_id = account.user_id
LEFT JOIN user_pushes AS pushes ON pushes.user_id = account.user_id
LEFT JOIN (SELECT user_id,
                  map_from_entries(array_sort(collect_list(
                      struct(notification_type, struct(pushes, opens, engagements, dislikes, recent_pushes) AS counts)))) AS push_types
           FROM user_push_types
           GROUP BY user_id) AS push_type
  ON push_type.user_id = account.user_id
LEFT JOIN (SELECT user_id, map_from_entries(array_sort(collect_list(struct(hour, opens)))) AS open_hours
           FROM user_open_hours
           GROUP BY user_id) AS open_hour
  ON open_hour.user_id = account.user_id
LEFT JOIN user_visits AS visit ON visit.user_id = account.user_id
LEFT JOIN user_activity AS activity ON activity.user_id = account.user_id
LEFT JOIN (SELECT user_id, array_sort(collect_list(topic_id)) AS followed_topics
           FROM topic_follows
           GROUP BY user_id) AS topic_follow
  ON topic_follow.user_id = account.user_id
LEFT JOIN (SELECT user_id,
                  map_from_entries(array_sort(collect_list(
                      struct(topic_id, struct(impressions, actions, pushes, opens, recent_pushes) AS counts)))) AS topics
           FROM user_topics
           GROUP BY user_id) AS topic
  ON topic.user_id = account.user_id
LEFT JOIN (SELECT user_id, map_from_entries(array_sort(collect_list(struct(community, weight)))) AS communities
           FROM interested_in
           GROUP BY user_id) AS interest
  ON interest.user_id = account.user_id
