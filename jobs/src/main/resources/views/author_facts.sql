-- What features ask about an author.
SELECT account.user_id AS author_id,
       timestampdiff(HOUR, account.created_at, :as_of) / 24 AS account_age_days,
       account.is_verified,
       coalesce(follower.followers, 0) AS followers,
       coalesce(activity.posts, 0) AS posts,
       activity.impressions,
       activity.clicks,
       activity.likes,
       activity.reposts,
       activity.replies,
       activity.dislikes,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.dislikes, 0) AS push_dislikes
FROM users AS account
LEFT JOIN follower_counts AS follower ON follower.user_id = account.user_id
LEFT JOIN author_activity AS activity ON activity.author_id = account.user_id
LEFT JOIN author_pushes AS pushes ON pushes.author_id = account.user_id
