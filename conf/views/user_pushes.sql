-- What each user was sent, and what came of it. An ignored send counts 1024, halved for each 1.5 (recent) or 4 days (lasting)
-- of age: whole numbers, so that their sum does not depend on the order of the rows.
SELECT user_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       count_if(sent_at >= :as_of - INTERVAL 7 DAYS) AS pushes_7d,
       count(opened_at) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS opens_7d,
       count(disliked_at) FILTER (WHERE sent_at >= :as_of - INTERVAL 7 DAYS) AS dislikes_7d,
       sum(CAST(round(1024 * power(0.5, timestampdiff(MINUTE, sent_at, :as_of) / (1.5 * 1440))) AS BIGINT)) FILTER (WHERE opened_at IS NULL)
           AS recent_ignored,
       sum(CAST(round(1024 * power(0.5, timestampdiff(MINUTE, sent_at, :as_of) / (4 * 1440))) AS BIGINT)) FILTER (WHERE opened_at IS NULL)
           AS lasting_ignored,
       max(sent_at) AS last_sent_at,
       max(opened_at) AS last_opened_at
FROM history
GROUP BY user_id
