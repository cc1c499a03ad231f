package io.pushrank.jobs.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** The heavy ranker's tasks over scored examples. */
final class TaskMetrics {
    static final String OONC = "oonc";
    /** Opened and engaged with, over all rows. */
    static final String ENGAGEMENT = "engagement";
    /** Engaged with, over the rows that were opened. */
    static final String ENGAGEMENT_CONDITIONAL = "engagement_conditional";

    static final List<String> TASKS = List.of(OONC, ENGAGEMENT, ENGAGEMENT_CONDITIONAL);
    private static final int BINS = 10;

    private TaskMetrics() {}

    /** Metrics of every task, and {@code rows}. */
    static Metrics of(List<ScoredExample> rows) {
        List<ScoredExample> opened =
                rows.stream().filter(ScoredExample::isOpened).toList();
        return new Metrics()
                .put(
                        OONC,
                        task(
                                rows,
                                ScoredExample::isOpened,
                                ScoredExample::pOonc,
                                ScoredExample::trueOonc,
                                ScoredExample::logistic))
                .put(
                        ENGAGEMENT,
                        task(
                                rows,
                                row -> row.isOpened() && row.isEngaged(),
                                ScoredExample::pEngagement,
                                ScoredExample::trueEngagement,
                                row -> Double.NaN))
                .put(
                        ENGAGEMENT_CONDITIONAL,
                        task(
                                opened,
                                ScoredExample::isEngaged,
                                ScoredExample::pEngagementIfOpened,
                                ScoredExample::trueEngagementIfOpened,
                                row -> Double.NaN))
                .put("rows", rows.size());
    }

    private static Metrics task(
            List<ScoredExample> rows,
            Predicate<ScoredExample> label,
            ToDoubleFunction<ScoredExample> prediction,
            ToDoubleFunction<ScoredExample> truth,
            ToDoubleFunction<ScoredExample> logistic) {
        double[] labels = labels(rows, label);
        double[] predictions = rows.stream().mapToDouble(prediction).toArray();
        return new Metrics()
                .put("rows", rows.size())
                .put("roc_auc", BinaryMetrics.rocAuc(predictions, labels))
                .put("oracle_roc_auc", rocAucWhereKnown(rows, label, truth))
                .put("logistic_roc_auc", rocAucWhereKnown(rows, label, logistic))
                .put("pr_auc", BinaryMetrics.prAuc(predictions, labels))
                .put("rce", BinaryMetrics.relativeCrossEntropy(predictions, labels))
                .put("ctr", mean(labels))
                .put("predicted_ctr", mean(predictions))
                .put("ece", BinaryMetrics.expectedCalibrationError(predictions, labels, BINS));
    }

    private static double rocAucWhereKnown(
            List<ScoredExample> rows, Predicate<ScoredExample> label, ToDoubleFunction<ScoredExample> prediction) {
        List<ScoredExample> known = rows.stream()
                .filter(row -> Double.isFinite(prediction.applyAsDouble(row)))
                .toList();
        return BinaryMetrics.rocAuc(known.stream().mapToDouble(prediction).toArray(), labels(known, label));
    }

    private static double[] labels(List<ScoredExample> rows, Predicate<ScoredExample> label) {
        return rows.stream().mapToDouble(row -> label.test(row) ? 1 : 0).toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
