-- As the stage candidates: proposals merged per user and item, with what is shown of them, and the rules before ranking.
CREATE TEMP TABLE judged AS
WITH merged AS (
    SELECT user_id,
           item_type,
           item_id,
           list({source: source, rank: rank, score: score, actors: actors} ORDER BY priority) AS sources,
           max(len(actors)) AS actor_count
    FROM proposals
    GROUP BY ALL),
items AS (
    SELECT 'post' AS item_type, post_id AS item_id, author_id, created_at, is_reply FROM posts
    UNION ALL
    SELECT 'trend', trend.trend_id, representative.author_id, trend.started_at, NULL
    FROM trends AS trend
    LEFT JOIN posts AS representative ON representative.post_id = trend.post_id),
seen AS (
    SELECT DISTINCT user_id, post_id FROM acts WHERE post_id IS NOT NULL),
shown AS (
    SELECT merged.*,
           item.author_id,
           item.created_at AS item_created_at,
           item.is_reply,
           author.user_id IS NOT NULL
               AND NOT (author.is_suspended OR author.is_protected OR author.is_unsuitable) AS is_recommendable,
           follow.user_id IS NOT NULL AS is_in_network,
           coalesce(follow.is_device_follow, false) AS is_device_follow,
           seen.user_id IS NOT NULL AS is_seen,
           sent.last_sent_at,
           coalesce(barred.is_blocked, false) AS is_blocked,
           coalesce(barred.is_muted, false) AS is_muted,
           coalesce(barred.is_hidden, false) AS is_hidden,
           recipient.is_in_network_only
    FROM merged
    JOIN items AS item USING (item_type, item_id)
    LEFT JOIN users AS recipient ON recipient.user_id = merged.user_id
    LEFT JOIN users AS author ON author.user_id = item.author_id
    LEFT JOIN follows AS follow ON follow.user_id = merged.user_id AND follow.followee_id = item.author_id
    LEFT JOIN barred ON barred.user_id = merged.user_id AND barred.other_id = item.author_id
    LEFT JOIN last_sends AS sent
      ON sent.user_id = merged.user_id AND sent.item_type = merged.item_type AND sent.item_id = merged.item_id
    LEFT JOIN seen
      ON seen.user_id = merged.user_id AND seen.post_id = merged.item_id AND merged.item_type = 'post')
SELECT user_id,
       item_type,
       item_id,
       sources,
       author_id,
       item_created_at,
       is_in_network,
       coalesce([each.source FOR each IN sources
                 IF NOT list_contains(CASE WHEN is_in_network THEN getvariable('out_of_network_types')
                                           ELSE getvariable('in_network_types') END, each.source)][1],
                sources[1].source) AS notification_type,
       [reason FOR reason IN
        [CASE WHEN author_id = user_id THEN 'own_post' END,
         CASE WHEN author_id IS NOT NULL AND NOT is_recommendable THEN 'unsuitable_author' END,
         CASE WHEN is_reply AND actor_count < getvariable('min_actors') THEN 'reply' END,
         CASE WHEN NOT coalesce(
                  item_created_at >= CASE WHEN notification_type = 'video'
                                          THEN least(getvariable('too_old_since'), getvariable('video_too_old_since'))
                                          ELSE getvariable('too_old_since') END,
                  false) THEN 'too_old' END,
         CASE WHEN is_seen THEN 'seen' END,
         CASE WHEN last_sent_at >= getvariable('sent_since') THEN 'sent_before' END,
         CASE WHEN is_blocked THEN 'blocked' END,
         CASE WHEN is_muted THEN 'muted' END,
         CASE WHEN is_hidden THEN 'recommendations_hidden' END,
         CASE WHEN is_device_follow THEN 'already_notified' END,
         CASE WHEN list_contains(getvariable('in_network_types'), notification_type) AND NOT is_in_network
                   OR list_contains(getvariable('out_of_network_types'), notification_type) AND is_in_network
              THEN 'follow_state' END,
         CASE WHEN is_in_network_only AND NOT is_in_network THEN 'in_network_only' END]
        IF reason IS NOT NULL] AS reasons
FROM shown;

COPY (SELECT * EXCLUDE (reasons) FROM judged WHERE len(reasons) = 0 ORDER BY user_id, item_type, item_id)
TO 'candidates.parquet' (FORMAT parquet, COMPRESSION zstd);

COPY (SELECT user_id, item_type, item_id, [each.source FOR each IN sources] AS sources, reasons
      FROM judged
      WHERE len(reasons) > 0
      UNION ALL
      SELECT user_id, NULL, NULL, [], ['no_candidates']
      FROM eligible
      WHERE user_id NOT IN (SELECT user_id FROM judged)
      ORDER BY user_id, item_type, item_id)
TO 'removed.parquet' (FORMAT parquet, COMPRESSION zstd);
