package io.pushrank.udf.scoring;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * How long tasks took to score rows with the heavy ranker, and how much of that the model took; the rest is the rows, with
 * their joins and features. A task that is repeated counts again.
 */
public final class ScoringTime implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Both in nanoseconds. */
    private final LongAccumulator all;

    private final LongAccumulator model;

    private ScoringTime(LongAccumulator all, LongAccumulator model) {
        this.all = all;
        this.model = model;
    }

    /** Nothing yet, and known to the session's executors. */
    public static ScoringTime of(SparkSession spark) {
        return new ScoringTime(
                spark.sparkContext().longAccumulator(), spark.sparkContext().longAccumulator());
    }

    /** A batch that took so many nanoseconds, of them so many in the model. */
    void add(long all, long model) {
        this.all.add(all);
        this.model.add(model);
    }

    /** Such as {@code 12.5 % of 80.1 s in TensorFlow}, the seconds of all tasks; empty where nothing was scored. */
    public Optional<String> summary() {
        double seconds = all.value() / 1e9;
        return all.isZero()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "%.1f %% of %.1f s in TensorFlow", 100.0 * model.value() / all.value(), seconds));
    }
}
