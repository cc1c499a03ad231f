-- As conf/sources/social_proof.sql.
SELECT target.user_id,
       item.post_id AS item_id,
       sum(1 + coalesce(edge.weight, 0))::DOUBLE AS score,
       [actor.actor_id FOR actor IN
        list_sort(list(DISTINCT {closeness: -coalesce(edge.weight, 0), actor_id: act.user_id}))
        [1:getvariable('max_actors')]] AS actors
FROM eligible AS target
JOIN follows AS follow ON follow.user_id = target.user_id
JOIN (SELECT DISTINCT user_id, post_id, kind
      FROM acts
      WHERE list_contains(getvariable('kinds'), kind)
        AND engaged_at >= getvariable('since')
        AND user_id IN (SELECT user_id FROM users WHERE NOT (is_suspended OR is_protected OR is_unsuitable))) AS act
  ON act.user_id = follow.followee_id
JOIN posts AS item ON item.post_id = act.post_id
LEFT JOIN edges AS edge ON edge.user_id = follow.user_id AND edge.author_id = follow.followee_id
LEFT JOIN (SELECT user_id,
                  other_id,
                  bool_or(kind IN ('block', 'mute')) AS is_barred,
                  bool_or(kind = 'no_reposts') AS is_without_reposts
           FROM (SELECT user_id, other_id, kind FROM relations
                 UNION ALL
                 SELECT other_id, user_id, kind FROM relations WHERE kind IN ('block', 'mute'))
           GROUP BY ALL) AS barred
  ON barred.user_id = target.user_id AND barred.other_id = act.user_id
WHERE target.has_recommendations
  AND item.created_at >= getvariable('since')
  AND act.user_id <> item.author_id
  AND act.user_id <> target.user_id
  AND NOT coalesce(barred.is_barred OR (barred.is_without_reposts AND act.kind = 'repost'), false)
GROUP BY target.user_id, item.post_id
