-- As conf/sources/interest_topics.sql.
WITH user_topics AS (
    SELECT event.user_id, topic.topic_id, count(*) AS acts
    FROM (SELECT user_id, post_id FROM acts WHERE is_action
          UNION ALL
          SELECT user_id, item_id
          FROM notifications_files
          WHERE item_type = 'post'
            AND sent_at < getvariable('as_of')
            AND least(opened_at, ntab_clicked_at) < getvariable('as_of')) AS event
    JOIN post_topics AS topic ON topic.post_id = event.post_id
    GROUP BY ALL),
interest AS (
    SELECT each.user_id,
           each.topic_id,
           each.share,
           row_number() OVER (PARTITION BY each.user_id ORDER BY each.acts DESC, each.topic_id) AS place
    FROM (SELECT *, acts / sum(acts) OVER (PARTITION BY user_id) AS share FROM user_topics) AS each
    ANTI JOIN topic_follows AS topic_follow
      ON topic_follow.user_id = each.user_id AND topic_follow.topic_id = each.topic_id)
SELECT target.user_id,
       best.post_id AS item_id,
       max(interest.share * best.weighted_score) AS score,
       []::BIGINT[] AS actors
FROM eligible AS target
JOIN interest ON interest.user_id = target.user_id
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
  ON best.topic_id = interest.topic_id AND coalesce(best.language = target.language, true)
WHERE target.has_topics
  AND interest.place <= getvariable('max_topics')
GROUP BY target.user_id, best.post_id
