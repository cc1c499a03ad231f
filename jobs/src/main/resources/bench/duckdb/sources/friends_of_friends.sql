-- As conf/sources/friends_of_friends.sql.
WITH closest_follows AS (
    SELECT follow.user_id,
           follow.followee_id,
           row_number() OVER (PARTITION BY follow.user_id ORDER BY coalesce(edge.weight, 0) DESC, follow.followee_id) AS place
    FROM follows AS follow
    LEFT JOIN edges AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id
    QUALIFY place <= getvariable('max_followees')),
latest AS (
    SELECT post_id, author_id, created_at, row_number() OVER (PARTITION BY author_id ORDER BY created_at DESC, post_id) AS place
    FROM posts
    WHERE created_at >= getvariable('since') AND NOT is_reply),
found AS (
    SELECT target.user_id,
           theirs.followee_id AS author_id,
           count(*) AS people,
           [actor.actor_id FOR actor IN
            list_sort(list({place: mine.place, actor_id: mine.followee_id}))[1:getvariable('max_actors')]] AS actors
    FROM eligible AS target
    JOIN closest_follows AS mine ON mine.user_id = target.user_id
    JOIN closest_follows AS theirs ON theirs.user_id = mine.followee_id
    WHERE target.has_recommendations
      AND mine.followee_id IN (SELECT user_id FROM users WHERE NOT (is_suspended OR is_protected OR is_unsuitable))
      AND theirs.followee_id IN (SELECT author_id FROM latest)
      AND theirs.followee_id <> target.user_id
      AND NOT EXISTS (FROM relations AS relation
                      WHERE relation.kind IN ('block', 'mute')
                        AND ((relation.user_id = target.user_id AND relation.other_id = mine.followee_id)
                             OR (relation.user_id = mine.followee_id AND relation.other_id = target.user_id)))
    GROUP BY target.user_id, theirs.followee_id
    HAVING count(*) >= getvariable('min_people'))
SELECT found.user_id,
       item.post_id AS item_id,
       found.people / sqrt(counts.followers)
       / (1 + (epoch_us(getvariable('as_of')) - epoch_us(item.created_at)) // 60000000 / 1440) AS score,
       found.actors
FROM found
ANTI JOIN follows AS follow ON follow.user_id = found.user_id AND follow.followee_id = found.author_id
JOIN follower_counts AS counts ON counts.user_id = found.author_id
JOIN latest AS item ON item.author_id = found.author_id
WHERE item.place <= getvariable('max_posts')
