-- Candidates with what can be had without hydration, and what lies between recipient and author, and recipient and
-- topics.
SELECT light.*,
       struct(coalesce(edge.likes, 0) AS likes,
              coalesce(edge.reposts, 0) AS reposts,
              coalesce(edge.replies, 0) AS replies,
              coalesce(edge.clicks, 0) AS clicks,
              coalesce(edge.profile_visits, 0) AS profile_visits,
              coalesce(edge.impressions, 0) AS impressions,
              coalesce(edge.weight, 0) AS weight,
              timestampdiff(HOUR, edge.last_engaged_at, :as_of) / 24 AS days_since_last,
              timestampdiff(HOUR, edge.last_seen_at, :as_of) / 24 AS days_since_seen,
              coalesce(pushes.pushes, 0) AS pushes,
              coalesce(pushes.opens, 0) AS opens,
              coalesce(pushes.dislikes, 0) AS push_dislikes,
              coalesce(back.weight, 0) AS weight_back,
              timestampdiff(HOUR, follow.followed_at, :as_of) / 24 AS days_followed,
              follow.user_id IS NOT NULL AS is_followed,
              follow_back.user_id IS NOT NULL AS is_following_back) AS pair,
       struct(coalesce(topic.followed, 0) AS followed,
              coalesce(topic.actions, 0) AS actions) AS topic
FROM light_rows AS light
LEFT JOIN edges AS edge ON edge.user_id = light.user_id AND edge.author_id = light.author.author_id
LEFT JOIN edges AS back ON back.user_id = light.author.author_id AND back.author_id = light.user_id
LEFT JOIN edge_pushes AS pushes ON pushes.user_id = light.user_id AND pushes.author_id = light.author.author_id
LEFT JOIN follows AS follow ON follow.user_id = light.user_id AND follow.followee_id = light.author.author_id
LEFT JOIN follows AS follow_back ON follow_back.user_id = light.author.author_id AND follow_back.followee_id = light.user_id
LEFT JOIN (SELECT row.user_id,
                  row.item_id,
                  count(topic_follow.topic_id) AS followed,
                  sum(coalesce(user_topic.actions, 0)) AS actions
           FROM (SELECT DISTINCT user_id, item_id FROM hydrated) AS row
           JOIN post_topics AS topic ON topic.post_id = row.item_id
           LEFT JOIN topic_follows AS topic_follow
             ON topic_follow.user_id = row.user_id AND topic_follow.topic_id = topic.topic_id
           LEFT JOIN user_topics AS user_topic
             ON user_topic.user_id = row.user_id AND user_topic.topic_id = topic.topic_id
           GROUP BY row.user_id, row.item_id) AS topic
  ON topic.user_id = light.user_id AND topic.item_id = light.item_id
