package io.pushrank.jobs.metric;

import io.pushrank.jobs.config.Bounds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Metrics of probabilities against labels. A row of weight w counts as w rows; where no weights are given, each is 1. Rows
 * with equal predictions are exchangeable: their order never changes a result. Every metric is NaN where it is undefined (no
 * rows, or one class only).
 */
public final class BinaryMetrics {
    /** Predictions are kept this far from 0 and 1 in logarithms: about one step of a float near 1. */
    private static final double EDGE = 1e-7;

    private BinaryMetrics() {}

    /** As {@link #rocAuc(double[], double[])}. */
    public static double rocAuc(float[] predictions, float[] labels) {
        return rocAuc(widen(predictions), widen(labels));
    }

    /** As {@link #prAuc(double[], double[])}. */
    public static double prAuc(float[] predictions, float[] labels) {
        return prAuc(widen(predictions), widen(labels));
    }

    /** As {@link #relativeCrossEntropy(double[], double[])}. */
    public static double relativeCrossEntropy(float[] predictions, float[] labels) {
        return relativeCrossEntropy(widen(predictions), widen(labels));
    }

    /** As {@link #rocAuc(double[], double[], double[])}. */
    public static double rocAuc(float[] predictions, float[] labels, float[] weights) {
        return rocAuc(widen(predictions), widen(labels), widen(weights));
    }

    /** As {@link #prAuc(double[], double[], double[])}. */
    public static double prAuc(float[] predictions, float[] labels, float[] weights) {
        return prAuc(widen(predictions), widen(labels), widen(weights));
    }

    /** As {@link #relativeCrossEntropy(double[], double[], double[])}. */
    public static double relativeCrossEntropy(float[] predictions, float[] labels, float[] weights) {
        return relativeCrossEntropy(widen(predictions), widen(labels), widen(weights));
    }

    /** As {@link #expectedCalibrationError(double[], double[], int)}. */
    public static double expectedCalibrationError(float[] predictions, float[] labels, int bins) {
        return expectedCalibrationError(widen(predictions), widen(labels), bins);
    }

    /** As {@link #rocAuc(double[], double[], double[])}, each row of weight 1. */
    public static double rocAuc(double[] predictions, double[] labels) {
        return rocAuc(predictions, labels, ones(labels));
    }

    /**
     * Area under the ROC curve: the probability that a random positive is predicted above a random negative, ties counting
     * one half.
     *
     * @param labels 0 or 1
     * @param weights above 0
     */
    public static double rocAuc(double[] predictions, double[] labels, double[] weights) {
        requireBinary(predictions, labels, weights);
        double negativesBelow = 0;
        double wins = 0;
        double positives = 0;
        int[] order = order(predictions, labels, weights);
        for (int start = 0; start < order.length; ) {
            int end = tieEnd(order, predictions, start);
            double tiedPositives = positives(order, labels, weights, start, end);
            double tiedNegatives = sum(order, weights, start, end) - tiedPositives;
            wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
            positives += tiedPositives;
            negativesBelow += tiedNegatives;
            start = end;
        }
        return wins / (positives * negativesBelow);
    }

    /** As {@link #prAuc(double[], double[], double[])}, each row of weight 1. */
    public static double prAuc(double[] predictions, double[] labels) {
        return prAuc(predictions, labels, ones(labels));
    }

    /**
     * Area under the precision-recall curve as average precision: Σ (recallₖ − recallₖ₋₁) · precisionₖ over the distinct
     * predictions, best first; no interpolation.
     *
     * @param labels 0 or 1
     * @param weights above 0
     */
    public static double prAuc(double[] predictions, double[] labels, double[] weights) {
        requireBinary(predictions, labels, weights);
        int[] order = order(predictions, labels, weights);
        double total = positives(order, labels, weights, 0, order.length);
        double found = 0;
        double taken = 0;
        double area = 0;
        for (int end = order.length; end > 0; ) {
            int start = end - 1;
            while (start > 0 && predictions[order[start - 1]] == predictions[order[start]]) {
                start--;
            }
            double tied = positives(order, labels, weights, start, end);
            found += tied;
            taken += sum(order, weights, start, end);
            area += tied / total * (found / taken);
            end = start;
        }
        return hasBothClasses(labels) ? area : Double.NaN;
    }

    /** As {@link #relativeCrossEntropy(double[], double[], double[])}, each row of weight 1. */
    public static double relativeCrossEntropy(double[] predictions, double[] labels) {
        return relativeCrossEntropy(predictions, labels, ones(labels));
    }

    /**
     * Relative cross-entropy in percent: 100 · (1 − cross-entropy of the predictions / cross-entropy of the labels' mean).
     * 0 is what a constant gets, 100 is perfect, negative is worse than the constant.
     *
     * @param labels from 0 to 1, soft labels included
     * @param weights above 0
     */
    public static double relativeCrossEntropy(double[] predictions, double[] labels, double[] weights) {
        require(predictions, labels, weights);
        double positives = IntStream.range(0, labels.length)
                .mapToDouble(row -> weights[row] * labels[row])
                .sum();
        double mean = positives / Arrays.stream(weights).sum();
        double own = 0;
        double base = 0;
        for (int row = 0; row < labels.length; row++) {
            own += weights[row] * crossEntropy(predictions[row], labels[row]);
            base += weights[row] * crossEntropy(mean, labels[row]);
        }
        return mean > 0 && mean < 1 ? 100 * (1 - own / base) : Double.NaN;
    }

    /**
     * Expected calibration error: rows ordered by prediction are cut into bins of equal numbers (±1), and the absolute
     * differences between each bin's mean prediction and mean label are averaged, weighted by the bin's rows.
     *
     * @param labels from 0 to 1
     * @param bins at least 1; fewer are used when there are fewer rows
     */
    public static double expectedCalibrationError(double[] predictions, double[] labels, int bins) {
        double[] ones = ones(labels);
        require(predictions, labels, ones);
        Bounds.atLeast("bins", bins, 1);
        int[] order = order(predictions, labels, ones);
        int rows = order.length;
        double[] smoothed = new double[rows];
        for (int start = 0; start < rows; ) {
            int end = tieEnd(order, predictions, start);
            // A tie that a bin's edge cuts must not depend on which of its rows fell on which side.
            Arrays.fill(smoothed, start, end, sum(order, labels, start, end) / (end - start));
            start = end;
        }
        int used = Math.min(bins, rows);
        double error = 0;
        for (int bin = 0; bin < used; bin++) {
            int start = (int) ((long) rows * bin / used);
            int end = (int) ((long) rows * (bin + 1) / used);
            double difference = 0;
            for (int position = start; position < end; position++) {
                difference += predictions[order[position]] - smoothed[position];
            }
            error += Math.abs(difference) / rows;
        }
        return rows == 0 ? Double.NaN : error;
    }

    /**
     * Of one prediction, which counts as at least 1e-7 from 0 and from 1.
     *
     * @param label from 0 to 1
     */
    public static double crossEntropy(double prediction, double label) {
        double p = Math.min(Math.max(prediction, EDGE), 1 - EDGE);
        return -(label * Math.log(p) + (1 - label) * Math.log1p(-p));
    }

    /** Rows by prediction ascending, ties by label and weight, so that even rounding does not depend on the rows' order. */
    private static int[] order(double[] predictions, double[] labels, double[] weights) {
        return IntStream.range(0, predictions.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(row -> predictions[row])
                        .thenComparingDouble(row -> labels[row])
                        .thenComparingDouble(row -> weights[row]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int tieEnd(int[] order, double[] predictions, int start) {
        int end = start + 1;
        while (end < order.length && predictions[order[end]] == predictions[order[start]]) {
            end++;
        }
        return end;
    }

    private static double sum(int[] order, double[] values, int start, int end) {
        double sum = 0;
        for (int position = start; position < end; position++) {
            sum += values[order[position]];
        }
        return sum;
    }

    /** Sum of the weights of positives. */
    private static double positives(int[] order, double[] labels, double[] weights, int start, int end) {
        double sum = 0;
        for (int position = start; position < end; position++) {
            sum += weights[order[position]] * labels[order[position]];
        }
        return sum;
    }

    private static boolean hasBothClasses(double[] labels) {
        return Arrays.stream(labels).anyMatch(label -> label == 1)
                && Arrays.stream(labels).anyMatch(label -> label == 0);
    }

    private static double[] ones(double[] labels) {
        double[] ones = new double[labels.length];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void requireBinary(double[] predictions, double[] labels, double[] weights) {
        require(predictions, labels, weights);
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] != 0 && labels[row] != 1) {
                throw new IllegalArgumentException("labels[" + row + "] must be 0 or 1, but is " + labels[row]);
            }
        }
    }

    private static void require(double[] predictions, double[] labels, double[] weights) {
        if (predictions.length != labels.length) {
            throw new IllegalArgumentException(
                    "labels must have " + predictions.length + " values, but have " + labels.length);
        }
        if (predictions.length != weights.length) {
            throw new IllegalArgumentException(
                    "weights must have " + predictions.length + " values, but have " + weights.length);
        }
        for (int row = 0; row < labels.length; row++) {
            if (!(predictions[row] >= 0 && predictions[row] <= 1)) {
                throw new IllegalArgumentException(
                        "predictions[" + row + "] must be from 0 to 1, but is " + predictions[row]);
            }
            if (!(labels[row] >= 0 && labels[row] <= 1)) {
                throw new IllegalArgumentException("labels[" + row + "] must be from 0 to 1, but is " + labels[row]);
            }
            if (!(weights[row] > 0) || Double.isInfinite(weights[row])) {
                throw new IllegalArgumentException(
                        "weights[" + row + "] must be above 0 and finite, but is " + weights[row]);
            }
        }
    }

    private static double[] widen(float[] values) {
        double[] widened = new double[values.length];
        for (int index = 0; index < values.length; index++) {
            widened[index] = values[index];
        }
        return widened;
    }
}
