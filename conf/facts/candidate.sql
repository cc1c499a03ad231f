-- What is known of a candidate itself: an item that was proposed to a user.
-- key: user_id, item_type, item_id
-- column: user_id: the recipient
-- column: item_type: type of the item, such as post
-- column: notification_type: the source that it is displayed as
-- column: network: whether that source shows in-network items, out-of-network items or both; in, out or both
-- column: is_in_network: the recipient follows the author; from candidate generation
-- column: sources: names of the sources that proposed it
-- column: source_count: how many they are
-- column: source: rank, score and actors by source
-- column: best_rank: its best rank in any of them, from 1
-- column: actors: accounts that vouch for it, of all sources
-- column: actor_count: actors of the source that names most of them
-- column: is_seen: the recipient saw it on the home timeline, or already acted on it; from engagements
-- column: last_sent_at: when it was last sent to the recipient; NULL when never; from notifications and earlier sends
SELECT row.user_id AS user_id,
       row.item_type AS item_type,
       row.notification_type AS notification_type,
       CASE WHEN array_contains(:in_network_types, row.notification_type) THEN 'in'
            WHEN array_contains(:out_of_network_types, row.notification_type) THEN 'out'
            ELSE 'both' END AS network,
       row.is_in_network AS is_in_network,
       row.sources.source AS sources,
       size(row.sources) AS source_count,
       map_from_entries(transform(row.sources, source -> (source.source, source))) AS source,
       array_min(row.sources.rank) AS best_rank,
       array_distinct(flatten(row.sources.actors)) AS actors,
       aggregate(row.sources, 0, (most, source) -> greatest(most, size(source.actors))) AS actor_count,
       seen.user_id IS NOT NULL AS is_seen,
       sent.last_sent_at AS last_sent_at
FROM row
LEFT JOIN seen ON row.item_type = 'post' AND seen.user_id = row.user_id AND seen.post_id = row.item_id
LEFT JOIN (SELECT user_id, item_type, item_id, max(sent_at) AS last_sent_at
           FROM history
           GROUP BY user_id, item_type, item_id) AS sent
  ON sent.user_id = row.user_id AND sent.item_type = row.item_type AND sent.item_id = row.item_id
