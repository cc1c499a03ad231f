package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Counts of each user: for every policy its sends, hits and hits among the reachable actions, then the reachable actions
 * themselves. All figures are ratios of sums of these over users.
 */
final class Outcomes {
    private static final String REACHABLE = "reachable";
    private static final int SENDS = 0;
    private static final int HITS = 1;
    private static final int REACHABLE_HITS = 2;
    private static final int COUNTS = 3;

    private final List<String> policies;

    Outcomes(List<String> policies) {
        this.policies = policies;
    }

    /**
     * One array of counts a user who was sent something or did something reachable.
     *
     * @param sends policy, user_id, item_id
     * @param actions, reachable user_id, item_id; each pair once
     */
    int[][] users(Dataset<Row> sends, Dataset<Row> actions, Dataset<Row> reachable) {
        String[] pair = {"user_id", "item_id"};
        Dataset<Row> judged = sends.join(actions.withColumn("is_hit", lit(true)), pair, "left_outer")
                .join(reachable.withColumn("is_reachable", lit(true)), pair, "left_outer")
                .unionByName(reachable.withColumn("policy", lit(REACHABLE)).withColumn("is_hit", lit(true)), true);
        List<Column> counts = new ArrayList<>();
        for (String policy : policies) {
            Column isOwn = col("policy").equalTo(policy);
            counts.add(count_if(isOwn));
            counts.add(count_if(isOwn.and(col("is_hit"))));
            counts.add(count_if(isOwn.and(col("is_reachable"))));
        }
        counts.add(count_if(col("policy").equalTo(REACHABLE)));
        Column[] names = IntStream.range(0, counts.size())
                .mapToObj(index -> col("count_" + index))
                .toArray(Column[]::new);
        Column[] named = IntStream.range(0, counts.size())
                .mapToObj(index -> counts.get(index).cast("int").as("count_" + index))
                .toArray(Column[]::new);
        // Users of like counts share one array: few are different, however many users there are.
        List<Row> different = judged.groupBy("user_id")
                .agg(named[0], Arrays.copyOfRange(named, 1, named.length))
                .groupBy(names)
                .agg(functions.count(lit(1)).as("users"))
                .orderBy(names)
                .collectAsList();
        return different.stream()
                .flatMap(row ->
                        Collections.nCopies((int) row.<Long>getAs("users").longValue(), counts(row)).stream())
                .toArray(int[][]::new);
    }

    private int[] counts(Row row) {
        return IntStream.range(0, columns()).map(row::getInt).toArray();
    }

    /** Length of a user's counts. */
    int columns() {
        return reachableColumn() + 1;
    }

    long sends(String policy, long[] sums) {
        return sums[column(policy, SENDS)];
    }

    long hits(String policy, long[] sums) {
        return sums[column(policy, HITS)];
    }

    long reachableHits(String policy, long[] sums) {
        return sums[column(policy, REACHABLE_HITS)];
    }

    long reachable(long[] sums) {
        return sums[reachableColumn()];
    }

    /** Share of a policy's sends that are hits. */
    ToDoubleFunction<long[]> precision(String policy) {
        return sums -> ratio(hits(policy, sums), sends(policy, sums));
    }

    /** Share of the reachable actions that a policy's sends are about. */
    ToDoubleFunction<long[]> recall(String policy) {
        return sums -> ratio(reachableHits(policy, sums), reachable(sums));
    }

    private int column(String policy, int count) {
        int place = policies.indexOf(policy);
        if (place < 0) {
            throw new IllegalArgumentException("there is no policy " + policy + ", there are: " + policies);
        }
        return place * COUNTS + count;
    }

    private int reachableColumn() {
        return policies.size() * COUNTS;
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }
}
