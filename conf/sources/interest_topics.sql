-- Best posts of the topics that the user acts on most but does not follow, by the share of its acts that each topic has; but
-- for those in another language than the user's.
-- items: post
-- network: out
-- needs: user.has_topics
-- parameter: max_age_hours, whole number, 1 to 8760, default 24, hours back
-- parameter: max_topics, whole number, 1 to 1000, default 10
-- parameter: min_topic_score, number, 0 to 1, default 0.3
SELECT target.user_id,
       best.post_id AS item_id,
       max(interest.share * best.score) AS score,
       CAST(array() AS ARRAY<BIGINT>) AS actors
FROM targets AS target
JOIN topic_interests AS interest ON interest.user_id = target.user_id
JOIN (SELECT topic.topic_id,
             item.post_id,
             item.language,
             topic.score * (1 + ln(1 + item.likes + item.reposts + item.replies)) AS score,
             row_number() OVER (PARTITION BY topic.topic_id, item.language
                                ORDER BY topic.score * (1 + ln(1 + item.likes + item.reposts + item.replies))
                                         DESC, item.post_id) AS topic_rank
      FROM post_topics AS topic
      JOIN post AS item ON item.post_id = topic.post_id
      WHERE topic.score >= :min_topic_score
        AND item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
        AND NOT item.is_reply) AS best
  ON best.topic_id = interest.topic_id AND coalesce(best.language = target.language, true)
WHERE interest.place <= :max_topics
  AND best.topic_rank <= :limit
GROUP BY target.user_id, best.post_id
