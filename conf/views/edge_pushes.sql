-- What each user was sent of each author, and what came of it. A recent send counts 1024, halved for each two
-- days of age.
SELECT user_id,
       author_id,
       count(*) AS pushes,
       count(opened_at) AS opens,
       count(engaged_at) AS engagements,
       count(disliked_at) AS dislikes,
       sum(CAST(round(1024 * power(0.5, timestampdiff(MINUTE, sent_at, :as_of) / (2 * 1440))) AS BIGINT)) AS recent_pushes,
       max(sent_at) AS last_sent_at
FROM history
WHERE author_id IS NOT NULL
GROUP BY user_id, author_id
