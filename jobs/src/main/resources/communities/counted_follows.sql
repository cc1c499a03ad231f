-- The follows that similarities are made of, and how many followers an author has among them. Of each user at most :max_followees
-- count, so that one who follows thousands does not make millions of pairs; which ones a hash decides, so that no author is preferred.
SELECT user_id, author_id, count(*) OVER (PARTITION BY author_id) AS followers
FROM (SELECT follow.user_id,
             follow.followee_id AS author_id,
             row_number() OVER (PARTITION BY follow.user_id
                                ORDER BY xxhash64(follow.user_id, follow.followee_id), follow.followee_id) AS place
      FROM follows AS follow
      LEFT SEMI JOIN clustered_authors AS author ON author.author_id = follow.followee_id)
WHERE place <= :max_followees
