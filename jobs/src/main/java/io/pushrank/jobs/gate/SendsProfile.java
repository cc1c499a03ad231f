package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A day's sends in counts.
 *
 * @param day day of the run, YYYY-MM-DD
 * @param eligibleTargets users who could be sent something
 * @param sends what is sent, one for each user and item
 * @param sendsByType sends of each notification type, as {@code =type}
 * @param scores sends of each bin of p_oonc; a bin is that of sign and floor(4·log2|x|)
 */
public record SendsProfile(
        String day, long eligibleTargets, long sends, Map<String, Long> sendsByType, Map<String, Long> scores) {

    /**
     * Counts sends by one job.
     *
     * @param sends rows as table SENDS has them
     */
    public static SendsProfile of(LocalDate date, Dataset<Row> sends, long eligibleTargets) {
        Map<String, Long> types = new TreeMap<>();
        Map<String, Long> scores = new TreeMap<>();
        sends.groupBy(col("notification_type"), Bins.ofNumber(col("p_oonc")).as("bin"))
                .agg(count(lit(1)))
                .collectAsList()
                .forEach(row -> {
                    types.merge(Bins.byText(row.getString(0)), row.getLong(2), Long::sum);
                    scores.merge(Integer.toString(row.getInt(1)), row.getLong(2), Long::sum);
                });
        return new SendsProfile(date.toString(), eligibleTargets, Stability.total(types), types, scores);
    }

    double sendsPerTarget() {
        return eligibleTargets == 0 ? 0 : sends / (double) eligibleTargets;
    }
}
