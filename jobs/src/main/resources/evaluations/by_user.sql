-- How well each user's own examples are ranked: NDCG and ROC-AUC (GAUC) of each user with a positive, averaged.
WITH placed AS (
    SELECT user_id,
           label,
           row_number() OVER (PARTITION BY user_id ORDER BY p DESC, as_of, item_type, item_id) AS place,
           -- Middle rank from below, so that ties count one half.
           rank() OVER (PARTITION BY user_id ORDER BY p)
               + (count(*) OVER (PARTITION BY user_id, p) - 1) / 2 AS middle_rank
    FROM scored
),
users AS (
    SELECT user_id,
           count(*) AS rows,
           sum(label) AS positives,
           sum(CASE WHEN label = 1 THEN CAST(middle_rank AS DECIMAL(18, 1)) END) AS ranks,
           -- One row a place, best first.
           array_sort(collect_list(CASE WHEN label = 1 THEN place END)) AS hits
    FROM placed
    GROUP BY user_id
    HAVING sum(label) > 0
),
measured AS (
    SELECT rows,
           aggregate(filter(hits, hit -> hit <= 5), 0D, (sum, hit) -> sum + 1 / log2(hit + 1))
               / aggregate(sequence(1, least(positives, 5)), 0D, (sum, hit) -> sum + 1 / log2(hit + 1)) AS ndcg_5,
           aggregate(filter(hits, hit -> hit <= 10), 0D, (sum, hit) -> sum + 1 / log2(hit + 1))
               / aggregate(sequence(1, least(positives, 10)), 0D, (sum, hit) -> sum + 1 / log2(hit + 1)) AS ndcg_10,
           aggregate(filter(hits, hit -> hit <= 20), 0D, (sum, hit) -> sum + 1 / log2(hit + 1))
               / aggregate(sequence(1, least(positives, 20)), 0D, (sum, hit) -> sum + 1 / log2(hit + 1)) AS ndcg_20,
           CASE WHEN positives < rows
                THEN (CAST(ranks AS DOUBLE) - positives * (positives + 1) / 2) / (positives * (rows - positives))
                END AS roc_auc
    FROM users
)
-- Decimals, so that sums do not depend on their order.
SELECT count(*) AS users,
       count(roc_auc) AS users_of_both_classes,
       CAST(avg(CAST(ndcg_5 AS DECIMAL(18, 12))) AS DOUBLE) AS ndcg_5,
       CAST(avg(CAST(ndcg_10 AS DECIMAL(18, 12))) AS DOUBLE) AS ndcg_10,
       CAST(avg(CAST(ndcg_20 AS DECIMAL(18, 12))) AS DOUBLE) AS ndcg_20,
       CAST(avg(CAST(roc_auc AS DECIMAL(18, 12))) AS DOUBLE) AS roc_auc,
       CAST(sum(CAST(roc_auc * rows AS DECIMAL(28, 12))) AS DOUBLE)
           / sum(CASE WHEN roc_auc IS NOT NULL THEN rows END) AS roc_auc_by_rows
FROM measured
