-- How well rankings that stand in for the heavy ranker's keep what it likes best: recall, cumulative gain ratio (CGR)
-- and score loss of each request (user and instant), averaged. y is the heavy ranker's score, p the light ranker's.
WITH placed AS (
    SELECT as_of,
           user_id,
           y,
           row_number() OVER (PARTITION BY as_of, user_id ORDER BY y DESC, item_type, item_id) AS best_place,
           row_number() OVER (PARTITION BY as_of, user_id ORDER BY p DESC, item_type, item_id) AS light_place,
           row_number() OVER (PARTITION BY as_of, user_id
                              ORDER BY xxhash64(:seed, as_of, user_id, item_type, item_id), item_type, item_id)
               AS random_place
    FROM scored
),
-- One row a request, its candidates best first.
requests AS (
    SELECT as_of, user_id, array_sort(collect_list(struct(best_place, y, light_place, random_place))) AS candidates
    FROM placed
    GROUP BY as_of, user_id
),
rankings AS (
    SELECT policy, best
    FROM requests
    LATERAL VIEW explode(map(
        'light', transform(candidates, one -> struct(one.best_place, one.y, one.light_place AS place)),
        'random', transform(candidates, one -> struct(one.best_place, one.y, one.random_place AS place))))
        AS policy, best
),
pruned AS (
    SELECT policy, n, best, filter(best, one -> one.place <= n) AS kept FROM rankings LATERAL VIEW explode(:n) AS n
),
measured AS (
    SELECT policy,
           n,
           k,
           size(best) AS candidates,
           CASE WHEN best[0].y > 0
                THEN size(filter(kept, one -> one.best_place <= k)) / least(k, size(best)) END AS recall,
           coalesce(aggregate(slice(kept, 1, least(n, k)), 0D, (sum, one) -> sum + one.y)
                    / nullif(aggregate(slice(best, 1, least(n, k)), 0D, (sum, one) -> sum + one.y), 0), 0) AS cgr,
           best[0].y - kept[0].y AS score_loss
    FROM pruned LATERAL VIEW explode(:k) AS k
)
-- Decimals, so that sums do not depend on their order.
SELECT policy,
       n,
       k,
       CAST(avg(CAST(recall AS DECIMAL(18, 12))) AS DOUBLE) AS recall,
       CAST(avg(CAST(cgr AS DECIMAL(18, 12))) AS DOUBLE) AS cgr,
       CAST(avg(CAST(score_loss AS DECIMAL(18, 12))) AS DOUBLE) AS score_loss,
       count(*) AS requests,
       count_if(candidates > n) AS pruned_requests
FROM measured
GROUP BY policy, n, k
ORDER BY policy, n, k
