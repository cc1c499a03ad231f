-- What the recipient's communities and those of the post have in common.
-- key: user_id, item_type, item_id
-- column: cosine: of their weights, by those who acted on the post; 0 when one has none; from engagements, follows and the model
--   communities
-- column: opened_cosine: the same, by those who opened a push of it; from notifications
SELECT coalesce(aggregate(map_entries(post.communities), 0D,
                          (sum, entry) -> sum + entry.value * coalesce(user.communities[entry.key], 0D)), 0D) AS cosine,
       coalesce(aggregate(map_entries(post.opened_communities), 0D,
                          (sum, entry) -> sum + entry.value * coalesce(user.communities[entry.key], 0D)), 0D) AS opened_cosine
FROM row
