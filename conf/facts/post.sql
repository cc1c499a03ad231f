-- What is known of a post; its main topic is the one that it was annotated with most confidently.
-- key: post_id = item_id
-- items: post
-- light_ranked: yes
-- column: author_id, created_at, language, media, has_link, is_sensitive, nsfw_probability, text_length: as in posts
-- column: fresh_at: instant from which its age counts, see inputs.item_age
-- column: is_reply: it answers another post; from posts
-- column: age_hours, idle_hours: hours since it was written, and since its age counts
-- column: impressions, clicks, likes, reposts, replies, dislikes, reports: what people did with it; from engagements
-- column: impressions_6h, actions_6h: the same of the last 6 hours
-- column: pushes, opens, push_engagements, push_dislikes: how often it was sent, and what came of it; from notifications and
--   earlier sends
-- column: topic_ids, topic_scores, main_topic: its topics, the confidence by topic, the most confident; from post_topics
-- column: communities, opened_communities: weights by community whose interested users acted on it in the last 24 hours, or opened a
--   push of it, their squares at most 1 in sum; NULL when none; from engagements, notifications, follows and the model communities
SELECT item.post_id,
       item.author_id,
       item.created_at,
       item.fresh_at,
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
       coalesce(counts.reports, 0) AS reports,
       coalesce(counts.impressions_6h, 0) AS impressions_6h,
       coalesce(counts.actions_6h, 0) AS actions_6h,
       coalesce(pushes.pushes, 0) AS pushes,
       coalesce(pushes.opens, 0) AS opens,
       coalesce(pushes.engagements, 0) AS push_engagements,
       coalesce(pushes.dislikes, 0) AS push_dislikes,
       topics.topic_ids,
       topics.topic_scores,
       topics.main_topic,
       act.communities,
       opening.opened_communities
FROM dated_posts AS item
LEFT JOIN post_counts AS counts ON counts.post_id = item.post_id
LEFT JOIN post_pushes AS pushes ON pushes.post_id = item.post_id
LEFT JOIN (SELECT post_id,
                  array_sort(collect_list(topic_id)) AS topic_ids,
                  map_from_entries(array_sort(collect_list(struct(topic_id, score)))) AS topic_scores,
                  min(struct(-score, topic_id)).topic_id AS main_topic
           FROM post_topics
           GROUP BY post_id) AS topics
  ON topics.post_id = item.post_id
LEFT JOIN (SELECT post_id, map_from_entries(array_sort(collect_list(struct(community, weight)))) AS communities
           FROM post_communities
           WHERE kind = 'act'
           GROUP BY post_id) AS act
  ON act.post_id = item.post_id
LEFT JOIN (SELECT post_id, map_from_entries(array_sort(collect_list(struct(community, weight)))) AS opened_communities
           FROM post_communities
           WHERE kind = 'open'
           GROUP BY post_id) AS opening
  ON opening.post_id = item.post_id
