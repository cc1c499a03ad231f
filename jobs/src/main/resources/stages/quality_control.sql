-- Ranked candidates with what the rules before sending ask about.
SELECT ranked.*,
       item.fresh_at,
       item.in_reply_to_post_id IS NOT NULL AS is_reply,
       aggregate(ranked.sources, 0, (most, source) -> greatest(most, size(source.actors))) AS actor_count,
       author.user_id IS NULL AS is_author_unsuitable,
       seen.user_id IS NOT NULL AS is_seen,
       sent.user_id IS NOT NULL AS is_sent,
       coalesce(barred.is_blocked, false) AS is_blocked,
       coalesce(barred.is_muted, false) AS is_muted,
       coalesce(barred.is_hidden, false) AS is_hidden,
       follow.user_id IS NOT NULL AS is_followed,
       coalesce(follow.is_device_follow, false) AS is_device_follow,
       recipient.is_in_network_only,
       recipient.has_recommendations,
       recipient.has_topics,
       target.push_cap,
       target.sent_at_24h,
       target.last_sent_at,
       target.spacing_seconds
FROM heavy_ranked AS ranked
JOIN targets AS target ON target.user_id = ranked.user_id
LEFT JOIN items AS item ON item.post_id = ranked.item_id
LEFT JOIN users AS recipient ON recipient.user_id = ranked.user_id
LEFT JOIN recommendable AS author ON author.user_id = ranked.author_id
LEFT JOIN seen ON seen.user_id = ranked.user_id AND seen.post_id = ranked.item_id
LEFT JOIN (SELECT DISTINCT user_id, item_type, item_id
           FROM history
           WHERE sent_at >= :as_of - make_dt_interval(:duplicate_days)) AS sent
  ON sent.user_id = ranked.user_id AND sent.item_type = ranked.item_type AND sent.item_id = ranked.item_id
LEFT JOIN barred ON barred.user_id = ranked.user_id AND barred.other_id = ranked.author_id
LEFT JOIN follows AS follow ON follow.user_id = ranked.user_id AND follow.followee_id = ranked.author_id
