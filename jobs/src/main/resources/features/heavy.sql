-- Candidates with what can be had without hydration, and what lies between recipient and author, recipient and actors,
-- and recipient and topics.
SELECT light.*,
       struct(coalesce(edge.likes, 0) AS likes,
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
              timestampdiff(HOUR, pushes.last_sent_at, :as_of) / 24 AS days_since_push,
              coalesce(back.weight, 0) AS weight_back,
              coalesce(back.recent_weight, 0) AS recent_weight_back,
              coalesce(back.impressions, 0) AS impressions_back,
              coalesce(back.engaged_days, 0) AS engaged_days_back,
              timestampdiff(HOUR, back.last_engaged_at, :as_of) / 24 AS days_since_last_back,
              timestampdiff(HOUR, follow.followed_at, :as_of) / 24 AS days_followed,
              timestampdiff(HOUR, follow_back.followed_at, :as_of) / 24 AS days_followed_back,
              follow.user_id IS NOT NULL AS is_followed,
              coalesce(follow.followed_at <= light.post.created_at, false) AS is_followed_at_writing,
              coalesce(follow.is_device_follow, false) AS is_device_follow,
              follow_back.user_id IS NOT NULL AS is_following_back) AS pair,
       actor.actor,
       struct(coalesce(size(array_intersect(light.user.followed_topics, light.post.topic_ids)), 0) AS followed,
              coalesce(aggregate(light.post.topic_ids, 0L,
                                 (sum, topic) -> sum + coalesce(light.user.topics[topic].actions, 0L)), 0L) AS actions) AS topic
FROM light_rows AS light
LEFT JOIN edges AS edge ON edge.user_id = light.user_id AND edge.author_id = light.author.author_id
LEFT JOIN edges AS back ON back.user_id = light.author.author_id AND back.author_id = light.user_id
LEFT JOIN edge_days AS edge_day ON edge_day.user_id = light.user_id AND edge_day.author_id = light.author.author_id
LEFT JOIN edge_pushes AS pushes ON pushes.user_id = light.user_id AND pushes.author_id = light.author.author_id
LEFT JOIN follows AS follow ON follow.user_id = light.user_id AND follow.followee_id = light.author.author_id
LEFT JOIN follows AS follow_back ON follow_back.user_id = light.author.author_id AND follow_back.followee_id = light.user_id
LEFT JOIN (SELECT row.user_id,
                  row.item_id,
                  struct(count(*) AS count,
                         count(edge.user_id) AS known,
                         count(back.user_id) AS knowing,
                         count_if(act.is_liked) AS likers,
                         count_if(act.is_reposted) AS reposters,
                         count_if(act.is_replied) AS repliers,
                         sum(CASE WHEN act.is_liked THEN 1 + coalesce(edge.weight, 0) ELSE 0 END) AS weighted_likers,
                         sum(CASE WHEN act.is_reposted THEN 1 + coalesce(edge.weight, 0) ELSE 0 END) AS weighted_reposters,
                         sum(coalesce(edge.weight, 0)) AS weight,
                         max(coalesce(edge.weight, 0)) AS most_weight,
                         sum(coalesce(edge.recent_weight, 0)) AS recent_weight,
                         sum(coalesce(edge.impressions, 0)) AS impressions,
                         sum(coalesce(edge.likes, 0)) AS likes,
                         sum(coalesce(edge.reposts, 0)) AS reposts,
                         sum(coalesce(edge.replies, 0)) AS replies,
                         sum(coalesce(edge.clicks, 0)) AS clicks,
                         sum(coalesce(edge.profile_visits, 0)) AS profile_visits,
                         max(coalesce(edge.engaged_days, 0)) AS engaged_days,
                         timestampdiff(HOUR, max(edge.last_engaged_at), :as_of) / 24 AS days_since_last,
                         sum(coalesce(back.weight, 0)) AS weight_back,
                         timestampdiff(MINUTE, max(act.last_at), :as_of) / 60 AS hours_since_act) AS actor
           FROM (SELECT user_id, item_id, explode(array_distinct(flatten(sources.actors))) AS actor_id
                 FROM hydrated) AS row
           LEFT JOIN edges AS edge ON edge.user_id = row.user_id AND edge.author_id = row.actor_id
           LEFT JOIN edges AS back ON back.user_id = row.actor_id AND back.author_id = row.user_id
           LEFT JOIN post_actors AS act ON act.user_id = row.actor_id AND act.post_id = row.item_id
           GROUP BY row.user_id, row.item_id) AS actor
  ON actor.user_id = light.user_id AND actor.item_id = light.item_id
