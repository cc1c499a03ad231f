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
import io.pushrank.jobs.report.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Predictions against labels, summed in fine buckets of the logit: made in Spark, so that what reaches the driver does not
 * grow with the rows. A row of weight w counts as w rows; unweighted, each is 1. A soft label y counts as a positive of weight
 * y and a negative of weight 1 − y. Sums of predictions and of cross-entropy are exact to 1e-12 a row and do not depend on the
 * rows' order. What depends on the ranking takes a bucket's rows as ties, which moves an area by less than 1e-4; so do figures
 * of predictions that are changed after they were summed (NRCE, ARCE), by less than 0.01 percentage points.
 */
final class PredictionHistogram {
    /** From which on a prediction says positive, where nobody says otherwise. */
    static final double THRESHOLD = 0.5;

    static final int BINS = 20;

    /** Figures of {@link #figures}, in the order in which they are shown. */
    static final List<String> FIGURES = List.of(
            "roc_auc",
            "pr_auc",
            "rce",
            "rce_standard_error",
            "nrce",
            "arce",
            "ctr",
            "predicted_ctr",
            "prediction_deviation",
            "ece",
            "accuracy",
            "precision",
            "recall");

    /** Predictions are kept this far from 0 and 1 in logarithms, as {@link BinaryMetrics} does. */
    private static final double EDGE = 1e-7;

    /** Buckets a unit of the logit: with logits from −16.1 to 16.1, 2^17 buckets. */
    private static final int RESOLUTION = 4096;

    /** Weights up to 10^6, squared, of 10^10 rows. */
    private static final String EXACT = "decimal(28,12)";

    /**
     * Sums of the rows of one bucket.
     *
     * @param place of the bucket in the order of predictions; odd where predictions reach the threshold
     * @param weight Σ w
     * @param positives Σ w·y
     * @param predictions Σ w·p
     * @param crossEntropy Σ w·(−y·ln p − (1 − y)·ln(1 − p))
     * @param squares Σ w²
     * @param positiveSquares Σ w²·y
     * @param squaredPositives Σ w²·y²
     */
    private record Bucket(
            long place,
            long rows,
            double weight,
            double positives,
            double predictions,
            double crossEntropy,
            double squares,
            double positiveSquares,
            double squaredPositives) {
        double prediction() {
            return predictions / weight;
        }

        double label() {
            return positives / weight;
        }

        boolean isAbove() {
            return (place & 1) == 1;
        }

        Bucket plus(Bucket other) {
            return new Bucket(
                    place,
                    rows + other.rows,
                    weight + other.weight,
                    positives + other.positives,
                    predictions + other.predictions,
                    crossEntropy + other.crossEntropy,
                    squares + other.squares,
                    positiveSquares + other.positiveSquares,
                    squaredPositives + other.squaredPositives);
        }
    }

    /**
     * Rows of like predictions.
     *
     * @param weight number of rows, or the sum of their weights
     * @param prediction mean prediction
     * @param label share of positives
     */
    record Bin(double weight, double prediction, double label) {}

    private final List<Bucket> buckets = new ArrayList<>();
    private long rows;
    private double weight;
    private double positives;

    /** As {@link #of(Dataset, double, String...)}, with {@link #THRESHOLD}. */
    static Map<String, PredictionHistogram> of(Dataset<Row> predictions, String... groups) {
        return of(predictions, THRESHOLD, groups);
    }

    /**
     * Sums rows up by group, each of weight 1.
     *
     * @param predictions columns {@code p} (DOUBLE in [0, 1]), {@code label} (INT 0 or 1, or DOUBLE in [0, 1]) and those of the
     *     groups
     * @param threshold from which on a prediction says positive
     * @param groups names of STRING columns
     * @return by the groups' values, joined by slashes
     */
    static Map<String, PredictionHistogram> of(Dataset<Row> predictions, double threshold, String... groups) {
        return of(predictions, lit(1), threshold, groups);
    }

    /** As {@link #of(Dataset, double, String...)}, each row of its {@code weight}, a number above 0. */
    static Map<String, PredictionHistogram> weighted(Dataset<Row> predictions, double threshold, String... groups) {
        return of(predictions, col("weight").cast("double"), threshold, groups);
    }

    private static Map<String, PredictionHistogram> of(
            Dataset<Row> predictions, Column weight, double threshold, String... groups) {
        Column p = least(greatest(col("p"), lit(EDGE)), lit(1 - EDGE));
        Column logit = log(p).minus(log1p(p.multiply(-1)));
        Column label = col("label");
        Column crossEntropy = label.multiply(log(p))
                .plus(lit(1).minus(label).multiply(log1p(p.multiply(-1))))
                .multiply(-1);
        Column squared = weight.multiply(weight);
        List<Column> keys = new ArrayList<>();
        for (String group : groups) {
            keys.add(col(group));
        }
        keys.add(floor(logit.multiply(RESOLUTION))
                .multiply(2)
                .plus(col("p").geq(threshold).cast("long"))
                .as("place"));
        List<Column> order = new ArrayList<>(keys.subList(0, groups.length));
        order.add(col("place"));
        Dataset<Row> weighted = predictions.withColumn("row_weight", weight);
        // Whole numbers are summed as such, which is faster.
        boolean isWhole = weighted.schema().apply("row_weight").dataType().equals(DataTypes.IntegerType)
                && weighted.schema().apply("label").dataType().equals(DataTypes.IntegerType);
        Map<String, PredictionHistogram> histograms = new LinkedHashMap<>();
        for (Row row : predictions
                .groupBy(keys.toArray(Column[]::new))
                .agg(
                        count(lit(1)),
                        exactSum(weight, isWhole),
                        exactSum(weight.multiply(label), isWhole),
                        exactSum(weight.multiply(col("p")), false),
                        exactSum(weight.multiply(crossEntropy), false),
                        exactSum(squared, isWhole),
                        exactSum(squared.multiply(label), isWhole),
                        exactSum(squared.multiply(label).multiply(label), isWhole))
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
                            row.getDouble(first + 1),
                            row.getDouble(first + 2),
                            row.getDouble(first + 3),
                            row.getDouble(first + 4),
                            row.getDouble(first + 5),
                            row.getDouble(first + 6),
                            row.getDouble(first + 7)));
        }
        return histograms;
    }

    /** A sum that does not depend on the order of the rows, DOUBLE. */
    private static Column exactSum(Column value, boolean isWhole) {
        return sum(value.cast(isWhole ? "long" : EXACT)).cast("double");
    }

    private void add(Bucket bucket) {
        buckets.add(bucket);
        rows += bucket.rows;
        weight += bucket.weight;
        positives += bucket.positives;
    }

    /** All rows of several histograms. */
    static PredictionHistogram merged(List<PredictionHistogram> parts) {
        Map<Long, Bucket> sums = new TreeMap<>();
        for (PredictionHistogram part : parts) {
            for (Bucket bucket : part.buckets) {
                sums.merge(bucket.place, bucket, Bucket::plus);
            }
        }
        PredictionHistogram merged = new PredictionHistogram();
        sums.values().forEach(merged::add);
        return merged;
    }

    /** Every figure by its name, and {@code rows} and {@code weight}; what is undefined is left out. */
    Metrics figures() {
        return new Metrics()
                .put("rows", rows)
                .put("weight", weight)
                .put("roc_auc", rocAuc())
                .put("pr_auc", prAuc())
                .put("rce", relativeCrossEntropy())
                .put("rce_standard_error", standardError())
                .put("nrce", normalizedRelativeCrossEntropy())
                .put("arce", arithmeticRelativeCrossEntropy())
                .put("ctr", ctr())
                .put("predicted_ctr", predictedCtr())
                .put("prediction_deviation", predictionDeviation())
                .put("ece", expectedCalibrationError(BINS))
                .put("accuracy", accuracy())
                .put("precision", precision())
                .put("recall", recall());
    }

    long rows() {
        return rows;
    }

    double ctr() {
        return positives / weight;
    }

    double predictedCtr() {
        return predictions() / weight;
    }

    private double predictions() {
        return buckets.stream().mapToDouble(Bucket::predictions).sum();
    }

    private boolean hasBothClasses() {
        return positives > 0 && positives < weight;
    }

    /** As {@link BinaryMetrics#rocAuc}. */
    double rocAuc() {
        double below = 0;
        double wins = 0;
        for (Bucket bucket : buckets) {
            double negatives = bucket.weight - bucket.positives;
            wins += bucket.positives * (below + negatives / 2);
            below += negatives;
        }
        return hasBothClasses() ? wins / (positives * below) : Double.NaN;
    }

    /** As {@link BinaryMetrics#prAuc}. */
    double prAuc() {
        double found = 0;
        double taken = 0;
        double area = 0;
        for (int index = buckets.size() - 1; index >= 0; index--) {
            Bucket bucket = buckets.get(index);
            found += bucket.positives;
            taken += bucket.weight;
            area += bucket.positives / positives * (found / taken);
        }
        return hasBothClasses() ? area : Double.NaN;
    }

    /** As {@link BinaryMetrics#relativeCrossEntropy}. */
    double relativeCrossEntropy() {
        return relativeTo(crossEntropy());
    }

    private double crossEntropy() {
        return buckets.stream().mapToDouble(Bucket::crossEntropy).sum();
    }

    /** Cross-entropy a row of the labels' mean, which is the entropy of that mean. */
    private double baseEntropy() {
        double mean = ctr();
        return -(mean * Math.log(mean) + (1 - mean) * Math.log1p(-mean));
    }

    private double relativeTo(double crossEntropy) {
        return hasBothClasses() ? 100 * (1 - crossEntropy / (weight * baseEntropy())) : Double.NaN;
    }

    /**
     * Normalized relative cross-entropy (NRCE) in percent: the relative cross-entropy of a·p, where a = Σ w·y / Σ w·p makes the
     * mean prediction that of the labels. It tells what remains once the predictions' level is right. From the published
     * metrics, twml.metrics.rce with normalize, which clips a·p as here, but at 1e-5.
     */
    double normalizedRelativeCrossEntropy() {
        double a = positives / predictions();
        return relativeTo(crossEntropyOf(p -> a * p));
    }

    /**
     * Arithmetic relative cross-entropy (ARCE) in percent: that of a·p / (a·p + b·(1 − p)), where a = Σ w·y / Σ w·p and
     * b = Σ w·(1 − y) / Σ w·(1 − p): both classes are brought to their level, and no prediction gets above 1. From the published
     * metrics, twml.metrics.rce with normalize and arce, in the space of the weights (its up_weight).
     */
    double arithmeticRelativeCrossEntropy() {
        double a = positives / predictions();
        double b = (weight - positives) / (weight - predictions());
        return relativeTo(crossEntropyOf(p -> a * p / (a * p + b * (1 - p))));
    }

    private double crossEntropyOf(DoubleUnaryOperator changed) {
        return buckets.stream()
                .mapToDouble(bucket -> bucket.weight
                        * BinaryMetrics.crossEntropy(changed.applyAsDouble(bucket.prediction()), bucket.label()))
                .sum();
    }

    /**
     * Standard error of {@link #relativeCrossEntropy}, in percentage points, by the delta method: with M the metric as a
     * function of the sums L = Σ w·l (l a row's cross-entropy), Y = Σ w·y and W = Σ w, the square root of
     * Σ w²·(∂M/∂L·l + ∂M/∂Y·y + ∂M/∂W)². The published metrics, twml.metrics.metric_std_err, subtract (Σ …)² / n from that sum of
     * squares, which is 0, since M depends on the ratios of its sums alone. Rows count as drawn independently of each other;
     * those of one user are not, so that it is rather too small. A row of weight 2 is one row, not two: it tells less.
     */
    double standardError() {
        double base = baseEntropy();
        double mean = ctr();
        double own = crossEntropy() / weight;
        double slope = own / base * (Math.log1p(-mean) - Math.log(mean));
        double squares = 0;
        for (Bucket bucket : buckets) {
            double ifPositive = BinaryMetrics.crossEntropy(bucket.prediction(), 1);
            double ifNegative = BinaryMetrics.crossEntropy(bucket.prediction(), 0);
            // Of a row: constant + byLabel · y.
            double constant = ifNegative - own + slope * mean;
            double byLabel = ifPositive - ifNegative - slope;
            squares += constant * constant * bucket.squares
                    + 2 * constant * byLabel * bucket.positiveSquares
                    + byLabel * byLabel * bucket.squaredPositives;
        }
        return hasBothClasses() ? 100 / (weight * base) * Math.sqrt(Math.max(0, squares)) : Double.NaN;
    }

    /** Standard deviation of the predictions: of the rows as they are, not of their mean. */
    double predictionDeviation() {
        double mean = predictedCtr();
        double squares = buckets.stream()
                .mapToDouble(bucket -> bucket.weight * Math.pow(bucket.prediction() - mean, 2))
                .sum();
        return Math.sqrt(squares / weight);
    }

    /** Share of the rows that the threshold puts on the right side; a prediction of just the threshold says positive. */
    double accuracy() {
        return buckets.stream()
                        .mapToDouble(bucket -> bucket.isAbove() ? bucket.positives : bucket.weight - bucket.positives)
                        .sum()
                / weight;
    }

    /** Share of positives among the rows that reach the threshold; NaN where none does. */
    double precision() {
        double above = above(Bucket::weight);
        return above > 0 ? above(Bucket::positives) / above : Double.NaN;
    }

    /** Share of the positives that reach the threshold; NaN where there are none. */
    double recall() {
        return positives > 0 ? above(Bucket::positives) / positives : Double.NaN;
    }

    private double above(ToDoubleFunction<Bucket> value) {
        return buckets.stream().filter(Bucket::isAbove).mapToDouble(value).sum();
    }

    /** As {@link BinaryMetrics#expectedCalibrationError}. */
    double expectedCalibrationError(int bins) {
        return bins(bins).stream()
                        .mapToDouble(bin -> bin.weight * Math.abs(bin.prediction - bin.label))
                        .sum()
                / weight;
    }

    /** Bins of equal weight, lowest predictions first; a bucket that an edge cuts is shared in proportion. */
    List<Bin> bins(int most) {
        int bins = (int) Math.min(most, rows);
        double[] weights = new double[bins];
        double[] predictions = new double[bins];
        double[] labels = new double[bins];
        double start = 0;
        int bin = 0;
        for (Bucket bucket : buckets) {
            double end = start + bucket.weight;
            while (start < end) {
                // The last bin takes what rounding leaves.
                double edge = bin == bins - 1 ? Double.POSITIVE_INFINITY : weight * (bin + 1) / bins;
                double stop = Math.min(end, edge);
                weights[bin] += stop - start;
                predictions[bin] += (stop - start) * bucket.prediction();
                labels[bin] += (stop - start) * bucket.label();
                start = stop;
                if (stop == edge) {
                    bin++;
                }
            }
        }
        List<Bin> result = new ArrayList<>();
        for (int index = 0; index < bins; index++) {
            result.add(new Bin(weights[index], predictions[index] / weights[index], labels[index] / weights[index]));
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
            taken += buckets.get(index).weight;
            double x = isRoc ? (taken - found) / (weight - positives) : found / positives;
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
            int bin = (int) Math.min(bins - 1, Math.floor(bucket.prediction() / highest * bins));
            shares[0][bin] += bucket.positives / positives;
            shares[1][bin] += (bucket.weight - bucket.positives) / (weight - positives);
        }
        return shares;
    }

    /** Highest mean prediction of a bucket. */
    double highest() {
        return buckets.get(buckets.size() - 1).prediction();
    }
}
