-- Proposals of all sources merged per user and item, with what the rules before ranking ask about.
SELECT merged.user_id,
       'post' AS item_type,
       merged.item_id,
       item.author_id,
       item.created_at AS item_created_at,
       item.fresh_at,
       follow.user_id IS NOT NULL AS is_in_network,
       merged.sources,
       item.in_reply_to_post_id IS NOT NULL AS is_reply,
       aggregate(merged.sources, 0, (most, source) -> greatest(most, size(source.actors))) AS actor_count,
       author.user_id IS NULL AS is_author_unsuitable,
       seen.user_id IS NOT NULL AS is_seen
FROM (SELECT user_id,
             item_id,
             transform(array_sort(collect_list(struct(priority, source, rank, score, actors))),
                       proposal -> struct(proposal.source, proposal.rank, proposal.score, proposal.actors)) AS sources
      FROM proposals
      GROUP BY user_id, item_id) AS merged
JOIN items AS item ON item.post_id = merged.item_id
LEFT JOIN recommendable AS author ON author.user_id = item.author_id
LEFT JOIN follows AS follow ON follow.user_id = merged.user_id AND follow.followee_id = item.author_id
LEFT JOIN seen ON seen.user_id = merged.user_id AND seen.post_id = merged.item_id
