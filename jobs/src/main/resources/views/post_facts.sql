-- What features ask about a post.
SELECT item.post_id,
       item.language,
       item.media,
       item.has_link,
       item.is_sensitive,
       item.nsfw_probability,
       item.text_length,
       item.in_reply_to_post_id IS NOT NULL AS is_reply,
       timestampdiff(MINUTE, item.created_at, :as_of) / 60 AS age_hours,
       timestampdiff(MINUTE, item.fresh_at, :as_of) / 60 AS idle_hours,
       coalesce(counts.impressions, 0) AS impressions,
       coalesce(counts.clicks, 0) AS clicks,
       coalesce(counts.likes, 0) AS likes,
       coalesce(counts.reposts, 0) AS reposts,
       coalesce(counts.replies, 0) AS replies,
       coalesce(counts.dislikes, 0) AS dislikes,
       topics.topic_ids
FROM items AS item
LEFT JOIN post_counts AS counts ON counts.post_id = item.post_id
LEFT JOIN (SELECT post_id, array_sort(collect_list(topic_id)) AS topic_ids FROM post_topics GROUP BY post_id) AS topics
  ON topics.post_id = item.post_id
