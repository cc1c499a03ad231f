-- What each user did on posts of each language, and on what kind of them; language is NULL where the post is not known
-- or not in a known language. The first of two steps: user_activity sums it up per user. A bit of *_bits stands for one
-- of the 24-hour spans that end at the as-of instant, the lowest for the last of them.
SELECT act.user_id,
       post.language,
       count_if(act.is_impression) AS impressions,
       count_if(act.kind = 'click') AS clicks,
       count_if(act.kind = 'like') AS likes,
       count_if(act.kind = 'repost') AS reposts,
       count_if(act.is_reply) AS replies,
       count_if(act.kind = 'profile_visit') AS profile_visits,
       count_if(act.is_dislike) AS dislikes,
       count_if(act.is_impression AND act.days_ago < 7) AS impressions_7d,
       count_if(act.is_action AND act.days_ago < 7) AS actions_7d,
       sum(CASE WHEN act.is_action THEN shiftright(1024, least(31, CAST(act.days_ago DIV 3 AS INT))) ELSE 0 END) AS recent_actions,
       bit_or(shiftleft(1L, least(62, act.days_ago))) AS active_bits,
       bit_or(CASE WHEN act.is_impression THEN shiftleft(1L, least(62, act.days_ago)) ELSE 0L END) AS seen_bits,
       bit_or(CASE WHEN act.is_action THEN shiftleft(1L, least(62, act.days_ago)) ELSE 0L END) AS acted_bits,
       max(act.engaged_at) FILTER (WHERE act.is_action) AS last_action_at,
       count_if(act.is_action AND post.post_id IS NOT NULL) AS actions,
       count_if(act.is_action AND post.media = 'photo') AS photo_actions,
       count_if(act.is_action AND post.media = 'video') AS video_actions,
       count_if(act.is_action AND post.media = 'none') AS plain_actions,
       count_if(act.is_action AND post.has_link) AS link_actions,
       count_if(act.is_action AND post.text_length >= 140) AS long_actions,
       count_if(act.is_action AND post.is_sensitive) AS sensitive_actions,
       count_if(act.is_impression AND post.post_id IS NOT NULL) AS post_impressions,
       count_if(act.is_impression AND post.media = 'photo') AS photo_impressions,
       count_if(act.is_impression AND post.media = 'video') AS video_impressions,
       count_if(act.is_impression AND post.media = 'none') AS plain_impressions,
       count_if(act.is_impression AND post.has_link) AS link_impressions,
       count_if(act.is_impression AND post.text_length >= 140) AS long_impressions,
       count_if(act.is_impression AND post.is_sensitive) AS sensitive_impressions
FROM acts AS act
LEFT JOIN posts AS post ON post.post_id = act.post_id
WHERE act.kind <> 'update'
GROUP BY act.user_id, post.language
