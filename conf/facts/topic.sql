-- What lies between the recipient and the topics of the post.
-- key: user_id, item_type, item_id
-- column: followed: how many of the post's topics the recipient follows; from topic_follows, post_topics
-- column: actions: how often the recipient acted on posts of them; from engagements, post_topics
SELECT coalesce(size(array_intersect(user.followed_topics, post.topic_ids)), 0) AS followed,
       coalesce(aggregate(post.topic_ids, 0L,
                          (sum, topic) -> sum + coalesce(user.topics[topic].actions, 0L)), 0L) AS actions
FROM row
