-- The authors that are clustered: the :max_authors with most followers, who have at least :min_followers.
SELECT user_id AS author_id, followers
FROM follower_counts
WHERE followers >= :min_followers
ORDER BY followers DESC, user_id
LIMIT :max_authors
