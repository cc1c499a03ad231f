-- What each author wrote, and what people did with it. Probabilities are summed as thousandths, whole numbers whose sum
-- does not depend on their order.
SELECT post.author_id,
       count(*) AS posts,
       count_if(post.created_at >= :as_of - INTERVAL 7 DAYS) AS posts_7d,
       count_if(post.in_reply_to_post_id IS NOT NULL) AS posts_that_reply,
       count_if(post.media <> 'none') AS posts_with_media,
       count_if(post.has_link) AS posts_with_link,
       count_if(post.text_length >= 140) AS long_posts,
       count_if(post.is_sensitive) AS sensitive_posts,
       count(post.nsfw_probability) AS scored_posts,
       sum(CAST(round(1000 * post.nsfw_probability) AS BIGINT)) AS nsfw_thousandths,
       max(post.created_at) AS last_post_at,
       sum(coalesce(counts.impressions, 0)) AS impressions,
       sum(coalesce(counts.clicks, 0)) AS clicks,
       sum(coalesce(counts.likes, 0)) AS likes,
       sum(coalesce(counts.reposts, 0)) AS reposts,
       sum(coalesce(counts.replies, 0)) AS replies,
       sum(coalesce(counts.dislikes, 0)) AS dislikes,
       sum(coalesce(counts.reports, 0)) AS reports
FROM posts AS post
LEFT JOIN post_counts AS counts ON counts.post_id = post.post_id
GROUP BY post.author_id
