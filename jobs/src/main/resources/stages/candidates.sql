-- Proposals of all sources merged per user and item, the sources in order of display.
SELECT user_id,
       item_type,
       item_id,
       transform(array_sort(collect_list(struct(priority, source, rank, score, actors))),
                 proposal -> struct(proposal.source, proposal.rank, proposal.score, proposal.actors)) AS sources
FROM proposals
GROUP BY user_id, item_type, item_id
