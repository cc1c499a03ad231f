-- How often each user acted on posts of each topic.
SELECT act.user_id, topic.topic_id, count(*) AS actions
FROM engagements AS act
JOIN post_topics AS topic ON topic.post_id = act.post_id
WHERE act.kind IN ('like', 'repost', 'reply', 'quote', 'click')
GROUP BY act.user_id, topic.topic_id
