-- The topics that each user acts on although it does not follow them: what share of its acts on topics, opened pushes among
-- them, is on each; place 1 the most of all, of equals the lowest id. A view, since table topic_follows may be absent.
SELECT interest.user_id,
       interest.topic_id,
       interest.share,
       row_number() OVER (PARTITION BY interest.user_id ORDER BY interest.acts DESC, interest.topic_id) AS place
FROM (SELECT user_id,
             topic_id,
             actions + opens AS acts,
             (actions + opens) / sum(actions + opens) OVER (PARTITION BY user_id) AS share
      FROM user_topics
      WHERE actions + opens > 0) AS interest
LEFT ANTI JOIN topic_follows AS topic_follow
  ON topic_follow.user_id = interest.user_id AND topic_follow.topic_id = interest.topic_id
