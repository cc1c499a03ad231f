-- As conf/sources/new_accounts.sql.
WITH latest AS (
    SELECT author.country, item.language, item.post_id, item.author_id, coalesce(counts.impressions, 0) AS impressions
    FROM posts AS item
    JOIN users AS author ON author.user_id = item.author_id
    LEFT JOIN post_counts AS counts ON counts.post_id = item.post_id
    LEFT JOIN follower_counts AS follower ON follower.user_id = item.author_id
    WHERE item.created_at >= getvariable('since')
      AND NOT item.is_reply
      AND coalesce(counts.impressions, 0) < getvariable('max_impressions')
      AND NOT (author.is_suspended OR author.is_protected OR author.is_unsuitable)
      AND ((epoch_us(getvariable('as_of')) - epoch_us(author.created_at)) // 3600000000 / 24 < getvariable('max_account_days')
           OR coalesce(follower.followers, 0) < getvariable('max_followers'))
    QUALIFY row_number() OVER (PARTITION BY item.author_id ORDER BY impressions, item.post_id) = 1),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY country, language ORDER BY impressions, post_id) AS place
    FROM latest
    QUALIFY place <= getvariable('max_posts')),
ring AS (
    SELECT *, count(*) OVER (PARTITION BY country, language) AS posts FROM placed),
turned AS (
    SELECT target.user_id,
           ring.post_id,
           ring.author_id,
           ((ring.place - 1 - target.user_id) % ring.posts + ring.posts) % ring.posts AS turn
    FROM eligible AS target
    JOIN ring ON ring.country IS NOT DISTINCT FROM target.country AND ring.language IS NOT DISTINCT FROM target.language
    WHERE target.has_recommendations)
SELECT user_id, post_id AS item_id, 1 / (1 + turn) AS score, []::BIGINT[] AS actors
FROM turned
WHERE turn < getvariable('limit')
  AND author_id <> user_id
