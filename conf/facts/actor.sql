-- The social proof of a candidate: the accounts that vouch for it, and what lies between them and the recipient; NULL where
-- none vouches.
-- key: user_id, item_type, item_id
-- column: count: accounts that vouch for it
-- column: known, knowing: accounts on which the recipient acted, and that acted on the recipient; from engagements
-- column: likers, reposters, repliers: accounts that did so
-- column: weighted_likers, weighted_reposters: the same, each counted one more than the weight of the recipient's acts on it
-- column: weight, most_weight, recent_weight: weights of the recipient's acts on them, summed, the highest, and by age
-- column: impressions, likes, reposts, replies, clicks, profile_visits: what the recipient did with their posts
-- column: engaged_days: most days on which the recipient acted on one of them
-- column: days_since_last: since the recipient last acted on one of them
-- column: weight_back: weight of their acts on the recipient
-- column: hours_since_act: since the last of them acted on the item
-- column: tie_strength, most_tie_strength: probabilities that the recipient acts on them within a day, summed, and the highest;
--   NULL when none is among the strongest; from tie_strengths
SELECT proof.user_id,
       proof.item_type,
       proof.item_id,
       count(*) AS count,
       count(edge.user_id) AS known,
       count(back.user_id) AS knowing,
       count_if(act.is_liked) AS likers,
       count_if(act.is_reposted) AS reposters,
       count_if(act.is_replied) AS repliers,
       sum(CASE WHEN act.is_liked THEN 1 + coalesce(edge.weight, 0) ELSE 0 END) AS weighted_likers,
       sum(CASE WHEN act.is_reposted THEN 1 + coalesce(edge.weight, 0) ELSE 0 END) AS weighted_reposters,
       sum(coalesce(edge.weight, 0)) AS weight,
       max(coalesce(edge.weight, 0)) AS most_weight,
       sum(coalesce(edge.recent_weight, 0)) AS recent_weight,
       sum(coalesce(edge.impressions, 0)) AS impressions,
       sum(coalesce(edge.likes, 0)) AS likes,
       sum(coalesce(edge.reposts, 0)) AS reposts,
       sum(coalesce(edge.replies, 0)) AS replies,
       sum(coalesce(edge.clicks, 0)) AS clicks,
       sum(coalesce(edge.profile_visits, 0)) AS profile_visits,
       max(coalesce(edge.engaged_days, 0)) AS engaged_days,
       timestampdiff(HOUR, max(edge.last_engaged_at), :as_of) / 24 AS days_since_last,
       sum(coalesce(back.weight, 0)) AS weight_back,
       timestampdiff(MINUTE, max(act.last_at), :as_of) / 60 AS hours_since_act,
       -- A decimal, so that the sum does not depend on the order of the rows.
       CAST(sum(CAST(tie.probability AS DECIMAL(9, 6))) AS DOUBLE) AS tie_strength,
       max(tie.probability) AS most_tie_strength
FROM (SELECT row.user_id,
             row.item_type,
             row.item_id,
             explode(array_distinct(flatten(row.sources.actors))) AS actor_id
      FROM row) AS proof
LEFT JOIN edges AS edge ON edge.user_id = proof.user_id AND edge.author_id = proof.actor_id
LEFT JOIN edges AS back ON back.user_id = proof.actor_id AND back.author_id = proof.user_id
LEFT JOIN tie_strengths AS tie ON tie.user_id = proof.user_id AND tie.other_id = proof.actor_id
LEFT JOIN post_actors AS act
  ON act.user_id = proof.actor_id AND act.item_type = proof.item_type AND act.item_id = proof.item_id
GROUP BY proof.user_id, proof.item_type, proof.item_id
