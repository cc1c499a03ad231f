package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.log1p;
import static org.apache.spark.sql.functions.sum;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Predictions against labels 0 and 1, summed in fine buckets of the logit: made in Spark, so that what reaches the driver
 * does not grow with the rows. Sums of predictions and of cross-entropy are exact to 1e-12 a row and do not depend on the
 * rows' order; what depends on the ranking takes a bucket's rows as ties, which moves an area by less than 1e-4.
 */
final class PredictionHistogram {
    /** Predictions are kept this far from 0 and 1 in logarithms, as {@link BinaryMetrics} does. */
    private static final double EDGE = 1e-7;

    /** Buckets a unit of the logit: with logits from −16.1 to 16.1, 2^17 buckets. */
    private static final int RESOLUTION = 4096;

    private static final String EXACT = "decimal(20,12)";

    /** One bucket's sums, in the order of predictions. */
    private record Bucket(long index, long rows, long positives, double predictions, double crossEntropy) {}

    /**
     * Rows of like predictions.
     *
     * @param prediction mean prediction
     * @param label share of positives
     */
    record Bin(double rows, double prediction, double label) {}

    private final List<Bucket> buckets = new ArrayList<>();
    private long rows;
    private long positives;

    /**
     * Sums rows up by group.
     *
     * @param predictions columns {@code p} (DOUBLE in [0, 1]), {@code label} (INT 0 or 1) and those of the groups
     * @param groups names of STRING columns
     * @return by the groups' values, joined by slashes
     */
    static Map<String, PredictionHistogram> of(Dataset<Row> predictions, String... groups) {
        Column p = least(greatest(col("p"), lit(EDGE)), lit(1 - EDGE));
        Column logit = log(p).minus(log1p(p.multiply(-1)));
        Column label = col("label");
        Column crossEntropy = label.multiply(log(p))
                .plus(lit(1).minus(label).multiply(log1p(p.multiply(-1))))
                .multiply(-1);
        List<Column> keys = new ArrayList<>();
        for (String group : groups) {
            keys.add(col(group));
        }
        keys.add(floor(logit.multiply(RESOLUTION)).as("bucket"));
        List<Column> order = new ArrayList<>(keys.subList(0, groups.length));
        order.add(col("bucket"));
        Map<String, PredictionHistogram> histograms = new LinkedHashMap<>();
        for (Row row : predictions
                .groupBy(keys.toArray(Column[]::new))
                .agg(
                        count(lit(1)),
                        sum(label.cast("long")),
                        sum(col("p").cast(EXACT)).cast("double"),
                        sum(crossEntropy.cast(EXACT)).cast("double"))
                .orderBy(order.toArray(Column[]::new))
                .collectAsList()) {
            List<String> key = new ArrayList<>();
            for (int group = 0; group < groups.length; group++) {
                key.add(row.getString(group));
            }
            int first = groups.length + 1;
            histograms
                    .computeIfAbsent(String.join("/", key), name -> new PredictionHistogram())
                    .add(new Bucket(
                            row.getLong(groups.length),
                            row.getLong(first),
                            row.getLong(first + 1),
                            row.getDouble(first + 2),
                            row.getDouble(first + 3)));
        }
        return histograms;
    }

    private void add(Bucket bucket) {
        buckets.add(bucket);
        rows += bucket.rows;
        positives += bucket.positives;
    }

    /** All rows of several histograms. */
    static PredictionHistogram merged(List<PredictionHistogram> parts) {
        Map<Long, Bucket> sums = new TreeMap<>();
        for (PredictionHistogram part : parts) {
            for (Bucket bucket : part.buckets) {
                sums.merge(
                        bucket.index,
                        bucket,
                        (left, right) -> new Bucket(
                                left.index,
                                left.rows + right.rows,
                                left.positives + right.positives,
                                left.predictions + right.predictions,
                                left.crossEntropy + right.crossEntropy));
            }
        }
        PredictionHistogram merged = new PredictionHistogram();
        sums.values().forEach(merged::add);
        return merged;
    }

    long rows() {
        return rows;
    }

    double ctr() {
        return (double) positives / rows;
    }

    double predictedCtr() {
        return buckets.stream().mapToDouble(Bucket::predictions).sum() / rows;
    }

    /** As {@link BinaryMetrics#rocAuc}. */
    double rocAuc() {
        double below = 0;
        double wins = 0;
        for (Bucket bucket : buckets) {
            double negatives = bucket.rows - bucket.positives;
            wins += bucket.positives * (below + negatives / 2);
            below += negatives;
        }
        return wins / (positives * below);
    }

    /** As {@link BinaryMetrics#prAuc}. */
    double prAuc() {
        double found = 0;
        double taken = 0;
        double area = 0;
        for (int index = buckets.size() - 1; index >= 0; index--) {
            Bucket bucket = buckets.get(index);
            found += bucket.positives;
            taken += bucket.rows;
            area += (double) bucket.positives / positives * (found / taken);
        }
        return positives == 0 || positives == rows ? Double.NaN : area;
    }

    /** As {@link BinaryMetrics#relativeCrossEntropy}. */
    double relativeCrossEntropy() {
        double mean = ctr();
        double base = -rows * (mean * Math.log(mean) + (1 - mean) * Math.log1p(-mean));
        double own = buckets.stream().mapToDouble(Bucket::crossEntropy).sum();
        return positives == 0 || positives == rows ? Double.NaN : 100 * (1 - own / base);
    }

    /** As {@link BinaryMetrics#expectedCalibrationError}. */
    double expectedCalibrationError(int bins) {
        return bins(bins).stream()
                        .mapToDouble(bin -> bin.rows * Math.abs(bin.prediction - bin.label))
                        .sum()
                / rows;
    }

    /** Bins of equal numbers of rows, lowest predictions first; a bucket that an edge cuts is shared in proportion. */
    List<Bin> bins(int most) {
        int bins = (int) Math.min(most, rows);
        double[] counts = new double[bins];
        double[] predictions = new double[bins];
        double[] labels = new double[bins];
        // In whole units of 1/bins of a row, of which every bin takes as many as there are rows: nothing is rounded
        // away.
        long room = rows;
        int bin = 0;
        for (Bucket bucket : buckets) {
            long left = bucket.rows * bins;
            while (left > 0) {
                if (room == 0) {
                    bin++;
                    room = rows;
                }
                long units = Math.min(left, room);
                double taken = (double) units / bins;
                counts[bin] += taken;
                predictions[bin] += taken * bucket.predictions / bucket.rows;
                labels[bin] += taken * bucket.positives / bucket.rows;
                room -= units;
                left -= units;
            }
        }
        List<Bin> result = new ArrayList<>();
        for (int index = 0; index < bins; index++) {
            result.add(new Bin(counts[index], predictions[index] / counts[index], labels[index] / counts[index]));
        }
        return result;
    }

    /** False-positive rate and true-positive rate, from (0, 0) to (1, 1), at most so many points. */
    List<Chart.Point> rocCurve(int most) {
        return curve(most, true);
    }

    /** Recall and precision, best predictions first, at most so many points. */
    List<Chart.Point> prCurve(int most) {
        return curve(most, false);
    }

    private List<Chart.Point> curve(int most, boolean isRoc) {
        List<Chart.Point> points = new ArrayList<>();
        if (isRoc) {
            points.add(new Chart.Point(0, 0));
        }
        double found = 0;
        double taken = 0;
        double next = 0;
        for (int index = buckets.size() - 1; index >= 0; index--) {
            found += buckets.get(index).positives;
            taken += buckets.get(index).rows;
            double x = isRoc ? (taken - found) / (rows - positives) : found / positives;
            if (x >= next || index == 0) {
                points.add(isRoc ? new Chart.Point(x, found / positives) : new Chart.Point(x, found / taken));
                next = x + 1.0 / most;
            }
        }
        return points;
    }

    /** Shares of all positives and of all negatives by prediction, in bins of equal width from 0 to the highest. */
    double[][] shares(int bins, double highest) {
        double[][] shares = new double[2][bins];
        for (Bucket bucket : buckets) {
            double mean = bucket.predictions / bucket.rows;
            int bin = (int) Math.min(bins - 1, Math.floor(mean / highest * bins));
            shares[0][bin] += (double) bucket.positives / positives;
            shares[1][bin] += (double) (bucket.rows - bucket.positives) / (rows - positives);
        }
        return shares;
    }

    /** Highest mean prediction of a bucket. */
    double highest() {
        Bucket last = buckets.get(buckets.size() - 1);
        return last.predictions / last.rows;
    }
}
