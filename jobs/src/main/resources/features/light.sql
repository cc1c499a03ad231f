-- Candidates with what can be had of recipient, author and post alone.
SELECT struct(candidate.*) AS row,
       candidate.user_id,
       candidate.item_type,
       candidate.item_id,
       struct(hour(:as_of) AS hour, weekday(:as_of) AS weekday) AS moment,
       struct(candidate.notification_type,
              candidate.is_in_network,
              candidate.sources.source AS sources,
              size(candidate.sources) AS source_count,
              array_distinct(flatten(candidate.sources.actors)) AS actors,
              aggregate(candidate.sources, 0, (most, source) -> greatest(most, size(source.actors))) AS actor_count,
              array_min(candidate.sources.rank) AS best_rank,
              map_from_entries(transform(candidate.sources, source -> (source.source, source))) AS source) AS candidate,
       struct(recipient.*) AS user,
       struct(author.*) AS author,
       struct(post.*) AS post
FROM hydrated AS candidate
LEFT JOIN user_facts AS recipient ON recipient.user_id = candidate.user_id
LEFT JOIN author_facts AS author ON author.author_id = candidate.author_id
LEFT JOIN post_facts AS post ON post.post_id = candidate.item_id
