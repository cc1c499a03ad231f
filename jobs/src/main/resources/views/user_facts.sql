-- What features ask about a recipient.
SELECT account.user_id,
       timestampdiff(HOUR, account.created_at, :as_of) / 24 AS account_age_days,
       timestampdiff(MINUTE, account.last_visit_at, :as_of) / 60 AS hours_since_visit,
       timestampdiff(MINUTE, pushes.last_sent_at, :as_of) / 60 AS hours_since_push,
       account.country,
       account.language,
       account.age_bucket,
       account.is_verified,
       device.platform,
       coalesce(follow.follows, 0) AS follows,
       coalesce(follower.followers, 0) AS followers,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes,
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
       activity.photo_actions,
       activity.video_actions,
       activity.link_actions,
       activity.long_actions,
       activity.photo_impressions,
       activity.video_impressions,
       activity.link_impressions,
       activity.long_impressions
FROM users AS account
LEFT JOIN (SELECT user_id, min(platform) AS platform FROM devices WHERE is_push_capable GROUP BY user_id) AS device
  ON device.user_id = account.user_id
LEFT JOIN follow_counts AS follow ON follow.user_id = account.user_id
LEFT JOIN follower_counts AS follower ON follower.user_id = account.user_id
LEFT JOIN user_pushes AS pushes ON pushes.user_id = account.user_id
LEFT JOIN user_activity AS activity ON activity.user_id = account.user_id
