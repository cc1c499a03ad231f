-- What each author wrote, and what people did with it.
SELECT post.author_id,
       count(*) AS posts,
       sum(coalesce(counts.impressions, 0)) AS impressions,
       sum(coalesce(counts.clicks, 0)) AS clicks,
       sum(coalesce(counts.likes, 0)) AS likes,
       sum(coalesce(counts.reposts, 0)) AS reposts,
       sum(coalesce(counts.replies, 0)) AS replies,
       sum(coalesce(counts.dislikes, 0)) AS dislikes
FROM posts AS post
LEFT JOIN post_counts AS counts ON counts.post_id = post.post_id
GROUP BY post.author_id
