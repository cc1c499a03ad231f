-- As conf/sources/followed_topics.sql. In a window, score alone would be the column of post_topics.
SELECT target.user_id,
       best.post_id AS item_id,
       max(best.weighted_score) AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN topic_follows AS topic_follow ON topic_follow.user_id = target.user_id
JOIN (SELECT topic.topic_id,
             item.post_id,
             item.language,
             topic.score * (1 + ln(1 + coalesce(counts.likes, 0) + coalesce(counts.reposts, 0)
                                   + coalesce(counts.replies, 0))) AS weighted_score
      FROM post_topics AS topic
      JOIN posts AS item ON item.post_id = topic.post_id
      LEFT JOIN post_counts AS counts ON counts.post_id = item.post_id
      WHERE topic.score >= getvariable('min_topic_score')
        AND item.created_at >= getvariable('since')
        AND NOT item.is_reply
      QUALIFY row_number() OVER (PARTITION BY topic.topic_id, item.language
                                 ORDER BY weighted_score DESC, item.post_id) <= getvariable('limit')) AS best
  ON best.topic_id = topic_follow.topic_id AND coalesce(best.language = target.language, true)
WHERE target.has_topics
GROUP BY target.user_id, best.post_id
