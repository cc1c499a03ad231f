-- Posts that accounts the user follows liked or reposted; each counts by how much the user acts on it, twice when it
-- did both.
-- items: post
-- network: both
-- needs: user.has_recommendations
-- parameter: max_age_hours, whole number, 1 to 8760, hours back
-- parameter: max_actors, whole number, 1 to 100
-- parameter: kinds, some of like, repost, reply, quote, click
SELECT target.user_id,
       item.post_id AS item_id,
       CAST(sum(1 + coalesce(edge.weight, 0)) AS DOUBLE) AS score,
       slice(transform(array_sort(collect_set(struct(-coalesce(edge.weight, 0) AS closeness, act.user_id AS actor_id))),
                       actor -> actor.actor_id), 1, :max_actors) AS actors
FROM targets AS target
JOIN follows AS follow ON follow.user_id = target.user_id
JOIN (SELECT DISTINCT engagement.user_id, engagement.post_id, engagement.kind
      FROM engagements AS engagement
      LEFT SEMI JOIN recommendable ON recommendable.user_id = engagement.user_id
      WHERE array_contains(:kinds, engagement.kind)
        AND engagement.engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)) AS act
  ON act.user_id = follow.followee_id
JOIN post AS item ON item.post_id = act.post_id
LEFT JOIN affinities AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id
LEFT JOIN barred ON barred.user_id = target.user_id AND barred.other_id = act.user_id
WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
  AND act.user_id NOT IN (item.author_id, target.user_id)
  AND NOT coalesce(barred.is_blocked OR barred.is_muted OR (barred.is_without_reposts AND act.kind = 'repost'), false)
GROUP BY target.user_id, item.post_id
