-- Recent posts by accounts that several of the user's followed accounts follow, but the user does not; those followed
-- accounts are the actors. Of each account only the max_followees count that it acts on most.
-- items: post
-- network: out
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, default 24, hours back
-- parameter: max_followees, whole number, 1 to 100, default 50
-- parameter: min_people, whole number, 1 to 100, default 2
-- parameter: max_posts, whole number, 1 to 1000, default 3
-- parameter: max_actors, whole number, 1 to 100, default 10
SELECT found.user_id,
       item.post_id AS item_id,
       -- By the root of its followers: an account that everybody follows is nobody's recommendation.
       found.people / sqrt(counts.followers) / (1 + timestampdiff(MINUTE, item.fresh_at, :as_of) / 1440) AS score,
       found.actors
FROM (SELECT target.user_id,
             theirs.followee_id AS author_id,
             count(*) AS people,
             slice(transform(array_sort(collect_list(struct(mine.place, mine.followee_id AS actor_id))),
                             actor -> actor.actor_id), 1, :max_actors) AS actors
      FROM targets AS target
      JOIN closest_follows AS mine ON mine.user_id = target.user_id
      LEFT SEMI JOIN recommendable ON recommendable.user_id = mine.followee_id
      LEFT JOIN barred ON barred.user_id = target.user_id AND barred.other_id = mine.followee_id
      JOIN closest_follows AS theirs ON theirs.user_id = mine.followee_id
      -- Most accounts have nothing new to show.
      LEFT SEMI JOIN post AS latest
        ON latest.author_id = theirs.followee_id
           AND latest.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
           AND NOT latest.is_reply
      WHERE mine.place <= :max_followees
        AND theirs.place <= :max_followees
        AND theirs.followee_id <> target.user_id
        AND NOT coalesce(barred.is_blocked OR barred.is_muted, false)
      GROUP BY target.user_id, theirs.followee_id
      HAVING count(*) >= :min_people) AS found
LEFT ANTI JOIN follows AS follow ON follow.user_id = found.user_id AND follow.followee_id = found.author_id
JOIN follower_counts AS counts ON counts.user_id = found.author_id
JOIN (SELECT post_id,
             author_id,
             fresh_at,
             row_number() OVER (PARTITION BY author_id ORDER BY fresh_at DESC, post_id) AS place
      FROM post
      WHERE fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
        AND NOT is_reply) AS item
  ON item.author_id = found.author_id
WHERE item.place <= :max_posts
