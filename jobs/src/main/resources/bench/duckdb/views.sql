-- What a run reads, as of its instant, and what several of the queries have in common. TABLE_files are views over the files.
CREATE VIEW users AS FROM users_files WHERE created_at < getvariable('as_of');

CREATE VIEW follows AS FROM follows_files WHERE followed_at < getvariable('as_of');

CREATE VIEW relations AS FROM relations_files WHERE created_at < getvariable('as_of');

CREATE VIEW topic_follows AS FROM topic_follows_files WHERE followed_at < getvariable('as_of');

CREATE VIEW post_topics AS FROM post_topics_files WHERE annotated_at < getvariable('as_of');

CREATE VIEW trends AS FROM trends_files WHERE started_at < getvariable('as_of');

CREATE VIEW posts AS
SELECT *, in_reply_to_post_id IS NOT NULL AS is_reply
FROM posts_files
WHERE created_at < getvariable('as_of');

CREATE VIEW acts AS
SELECT *,
       kind IN ('like', 'repost', 'reply', 'quote', 'click') AS is_action,
       CASE kind WHEN 'repost' THEN 4 WHEN 'reply' THEN 4 WHEN 'quote' THEN 4 WHEN 'like' THEN 2
                 WHEN 'click' THEN 1 WHEN 'profile_visit' THEN 1 ELSE 0 END AS weight
FROM engagements_files
WHERE engaged_at < getvariable('as_of');

CREATE VIEW edges AS
SELECT user_id,
       author_id,
       sum(weight)::BIGINT AS weight,
       count(*) FILTER (kind = 'like') AS likes,
       count(*) FILTER (kind = 'repost') AS reposts,
       count(*) FILTER (kind = 'impression') AS impressions
FROM acts
WHERE kind <> 'update' AND user_id <> author_id
GROUP BY ALL;

CREATE VIEW post_counts AS
SELECT post_id,
       count(*) FILTER (kind = 'impression') AS impressions,
       count(*) FILTER (kind = 'like') AS likes,
       count(*) FILTER (kind = 'repost') AS reposts,
       count(*) FILTER (kind IN ('reply', 'quote')) AS replies
FROM acts
WHERE post_id IS NOT NULL
GROUP BY ALL;

CREATE VIEW latest_acts AS
SELECT user_id, post_id, last_at, place
FROM (SELECT user_id,
             post_id,
             max(engaged_at) AS last_at,
             row_number() OVER (PARTITION BY user_id ORDER BY max(engaged_at) DESC, post_id) AS place
      FROM acts
      WHERE is_action AND post_id IS NOT NULL AND user_id <> author_id
      GROUP BY user_id, post_id)
WHERE place <= 100;

CREATE VIEW eligible AS
SELECT target.user_id, account.country, account.language, account.has_recommendations, account.has_topics
FROM targets_files AS target
JOIN users AS account USING (user_id)
WHERE target.is_eligible;

CREATE VIEW barred AS
SELECT user_id,
       other_id,
       bool_or(kind = 'block') AS is_blocked,
       bool_or(kind = 'mute') AS is_muted,
       bool_or(kind = 'hide_recommendations') AS is_hidden
FROM (SELECT user_id, other_id, kind FROM relations
      UNION ALL
      SELECT other_id, user_id, kind FROM relations WHERE kind IN ('block', 'mute'))
GROUP BY ALL;

CREATE VIEW last_sends AS
SELECT user_id, item_type, item_id, max(sent_at) AS last_sent_at
FROM (SELECT user_id, item_type, item_id, sent_at FROM notifications_files WHERE sent_at < getvariable('as_of')
      UNION ALL
      SELECT user_id, item_type, item_id, send_at
      FROM sends_files AS send
      WHERE NOT EXISTS (FROM notifications_files AS notification
                        WHERE notification.send_id = send.send_id AND notification.sent_at < getvariable('as_of')))
GROUP BY ALL;

CREATE VIEW follow_counts AS SELECT user_id, count(*) AS follows FROM follows GROUP BY ALL;

CREATE VIEW follower_counts AS SELECT followee_id AS user_id, count(*) AS followers FROM follows GROUP BY ALL;
