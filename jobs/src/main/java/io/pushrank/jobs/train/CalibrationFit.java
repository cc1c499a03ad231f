package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.metric.ConditionalProbability;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.regression.IsotonicRegression;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Fits the heavy ranker's calibration by centered isotonic regression (Oron and Flournoy 2017): the blocks of spark-mllib's
 * pool-adjacent-violators, each at its center, joined by straight lines, so that the ranking keeps its order and makes no
 * ties.
 *
 * <p>The held-out instants are cut by user: on one half ({@link #forStopping}) early stopping measures, on the other
 * ({@link #forFit}) the calibration is fitted. Both halves see the same instants, and neither is ever learned from.
 */
final class CalibrationFit {
    /** Fewer rows of a class than this say nothing about a curve, which then stays the identity. */
    static final long LEAST_OF_A_CLASS = 20;

    private CalibrationFit() {}

    static Dataset<Row> forStopping(Dataset<Row> heldOut) {
        return heldOut.filter(half().equalTo(0));
    }

    static Dataset<Row> forFit(Dataset<Row> heldOut) {
        return heldOut.filter(half().equalTo(1));
    }

    private static Column half() {
        return pmod(xxhash64(lit("calibration"), col("user_id")), lit(2));
    }

    /** Scores examples with an uncalibrated package on the executors and fits both curves; says which one it could not. */
    static Calibration fit(
            ModelPackage uncalibrated, Dataset<Row> examples, int batchRows, TrainingProgress.Listener listener) {
        return fit(
                HeavyScoring.score(examples, "features", uncalibrated, batchRows, TensorFlowThreads.DEFAULT),
                "p_oonc",
                "p_engagement",
                listener);
    }

    /**
     * Fits both curves; says which one it could not.
     *
     * @param examples the three labels, weight, and what the model says of them without calibration
     * @param oonc column of P(oonc)
     * @param joint column of P(engagement)
     */
    static Calibration fit(Dataset<Row> examples, String oonc, String joint, TrainingProgress.Listener listener) {
        Column isLiked = col("label_dislike").notEqual(1);
        Dataset<Row> scored = examples.select(
                        col(oonc).cast("double").as("p_oonc"),
                        ConditionalProbability.of(col(joint), col(oonc)).as("p_conditional"),
                        when(isLiked, col("label_oonc"))
                                .otherwise(0f)
                                .cast("double")
                                .as("oonc"),
                        when(isLiked, col("label_engagement"))
                                .otherwise(0f)
                                .cast("double")
                                .as("engagement"),
                        col("weight").cast("double").as("weight"))
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            return new Calibration(
                    curve(scored, "p_oonc", "oonc", listener),
                    curve(scored.filter(col("oonc").equalTo(1)), "p_conditional", "engagement", listener));
        } finally {
            scored.unpersist();
        }
    }

    /**
     * One curve.
     *
     * @param rows prediction in [0, 1], label 0 or 1, and {@code weight}, above 0
     */
    static Calibration.Curve curve(
            Dataset<Row> rows, String prediction, String label, TrainingProgress.Listener listener) {
        Dataset<Row> used =
                inOrder(rows.select(col(prediction).as("raw"), col(label).as("label"), col("weight"))
                        .filter(col("raw").gt(0).and(col("raw").lt(1))));
        try {
            Row totals = used.agg(
                            count(lit(1)),
                            sum("label"),
                            sum(col("weight").multiply(col("label"))),
                            sum("weight"),
                            min("raw"),
                            max("raw"))
                    .head();
            long all = totals.getLong(0);
            long positives = all == 0 ? 0 : (long) totals.getDouble(1);
            long fewer = Math.min(positives, all - positives);
            if (fewer < LEAST_OF_A_CLASS) {
                listener.report(new TrainingProgress.Notice("calibration: predictions of " + label
                        + " stay as the model gives them, since held-out rows of each class must be at least "
                        + LEAST_OF_A_CLASS + ", but are " + fewer + " of " + all));
                return Calibration.Curve.IDENTITY;
            }
            // One more row of the mean label at either end keeps every block above 0 and below 1: no curve ever says
            // "never".
            double base = totals.getDouble(2) / totals.getDouble(3);
            Dataset<Row> padded = inOrder(used.unionAll(used.sparkSession()
                    .range(2)
                    .select(
                            when(col("id").equalTo(0), lit(totals.getDouble(4)))
                                    .otherwise(lit(totals.getDouble(5)))
                                    .as("raw"),
                            lit(base).as("label"),
                            lit(1.0).as("weight"))));
            try {
                return curve(padded);
            } finally {
                padded.unpersist();
            }
        } finally {
            used.unpersist();
        }
    }

    /**
     * One partition in one order, persisted: sums of doubles depend on their order, and the same examples are to give the
     * same bytes.
     */
    private static Dataset<Row> inOrder(Dataset<Row> rows) {
        return rows.repartition(1)
                .sortWithinPartitions("raw", "label", "weight")
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    private static Calibration.Curve curve(Dataset<Row> padded) {
        List<Row> blocks = new IsotonicRegression()
                .setFeaturesCol("raw")
                .setLabelCol("label")
                .setWeightCol("weight")
                .setPredictionCol("block")
                .fit(padded)
                .transform(padded)
                .groupBy("block")
                .agg(sum(col("raw").multiply(col("weight")))
                        .divide(sum("weight"))
                        .as("center"))
                .orderBy("block")
                .collectAsList();
        List<Double> raw = new ArrayList<>();
        List<Double> calibrated = new ArrayList<>();
        for (Row block : blocks) {
            double center = block.<Double>getAs("center");
            double value = block.<Double>getAs("block");
            // Rounding may leave two blocks a hair apart; a breakpoint must be above the one before it.
            if (raw.isEmpty()
                    || (center > raw.get(raw.size() - 1) + 1e-9 && value > calibrated.get(raw.size() - 1) + 1e-9)) {
                raw.add(center);
                calibrated.add(value);
            }
        }
        return new Calibration.Curve(raw, calibrated);
    }
}
