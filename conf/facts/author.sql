-- What is known of the author of an item.
-- key: author_id
-- column: account_age_days: days since the account was opened; from users
-- column: is_verified, country, language: as in users
-- column: is_recommendable: neither suspended nor protected nor marked as unsuitable; NULL: not known; from users
-- column: followers: accounts that follow the author; 0 when none does; from follows
-- column: followers_30d: those of them that have followed for at most 30 days
-- column: follows: accounts that the author follows; from follows
-- column: blocks, mutes, hides: accounts that blocked or muted the author, or hide its recommendations; from relations
-- column: posts, posts_7d: what the author wrote, in the last 7 days; from posts
-- column: posts_that_reply, posts_with_media, posts_with_link, long_posts, sensitive_posts: posts of the kind
-- column: nsfw_probability: mean probability that a post is not safe for work; NULL when none was scored
-- column: hours_since_post: since the last post
-- column: impressions, clicks, likes, reposts, replies, dislikes, reports: what people did with the posts; from engagements
-- column: pushes, opens, push_engagements, push_dislikes: what was sent of the author, and what came of it; from notifications
--   and earlier sends
SELECT account.user_id AS author_id,
       timestampdiff(HOUR, account.created_at, :as_of) / 24 AS account_age_days,
       account.is_verified,
       NOT (account.is_suspended OR account.is_protected OR account.is_unsuitable) AS is_recommendable,
       account.country,
       account.language,
       coalesce(follower.followers, 0) AS followers,
       coalesce(follower.followers_30d, 0) AS followers_30d,
       coalesce(follow.follows, 0) AS follows,
       coalesce(relation.blocks, 0) AS blocks,
       coalesce(relation.mutes, 0) AS mutes,
       coalesce(relation.hides, 0) AS hides,
       coalesce(activity.posts, 0) AS posts,
       activity.posts_7d,
       activity.posts_that_reply,
       activity.posts_with_media,
       activity.posts_with_link,
       activity.long_posts,
       activity.sensitive_posts,
       activity.nsfw_thousandths / nullif(1000 * activity.scored_posts, 0) AS nsfw_probability,
       timestampdiff(MINUTE, activity.last_post_at, :as_of) / 60 AS hours_since_post,
       activity.impressions,
       activity.clicks,
       activity.likes,
       activity.reposts,
       activity.replies,
       activity.dislikes,
       activity.reports,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes
FROM users AS account
LEFT JOIN follower_counts AS follower ON follower.user_id = account.user_id
LEFT JOIN follow_counts AS follow ON follow.user_id = account.user_id
LEFT JOIN relation_counts AS relation ON relation.user_id = account.user_id
LEFT JOIN author_activity AS activity ON activity.author_id = account.user_id
LEFT JOIN author_pushes AS pushes ON pushes.author_id = account.user_id
