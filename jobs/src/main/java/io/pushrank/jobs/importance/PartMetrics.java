package io.pushrank.jobs.importance;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Jackknife;
import java.util.Arrays;

/**
 * Metrics of all rows and, for the {@link Jackknife}, without each part of the users in turn: in one pass instead of one a part.
 * The first of the figures is that of all rows, the others follow in the order of the parts; NaN where undefined.
 */
final class PartMetrics {
    private PartMetrics() {}

    /**
     * As {@link BinaryMetrics#rocAuc(float[], float[])}, exactly.
     *
     * @param predictions from 0 to 1
     * @param partOf part of each row, from 0
     */
    static double[] rocAuc(float[] predictions, boolean[] labels, int[] partOf, int parts) {
        long[] order = new long[predictions.length];
        for (int row = 0; row < order.length; row++) {
            // Of numbers that are not negative, the bits are in the order of the numbers.
            order[row] = (long) Float.floatToIntBits(predictions[row] + 0f) << Integer.SIZE | row;
        }
        Arrays.sort(order);
        // Pairs of a positive and a negative that the positive wins, by the parts of the two. They are whole halves.
        double[][] wins = new double[parts][parts];
        long[] positives = new long[parts];
        long[] below = new long[parts];
        for (int start = 0; start < order.length; ) {
            int end = start;
            long[] tied = new long[parts];
            while (end < order.length && order[end] >>> Integer.SIZE == order[start] >>> Integer.SIZE) {
                int row = (int) order[end++];
                if (!labels[row]) {
                    tied[partOf[row]]++;
                }
            }
            for (int position = start; position < end; position++) {
                int row = (int) order[position];
                if (labels[row]) {
                    positives[partOf[row]]++;
                    for (int part = 0; part < parts; part++) {
                        wins[partOf[row]][part] += below[part] + tied[part] / 2.0;
                    }
                }
            }
            for (int part = 0; part < parts; part++) {
                below[part] += tied[part];
            }
            start = end;
        }
        double[] figures = new double[parts + 1];
        for (int without = -1; without < parts; without++) {
            double won = 0;
            long all = 0;
            long none = 0;
            for (int part = 0; part < parts; part++) {
                if (part != without) {
                    all += positives[part];
                    none += below[part];
                    for (int other = 0; other < parts; other++) {
                        won += other == without ? 0 : wins[part][other];
                    }
                }
            }
            figures[without + 1] = won / ((double) all * none);
        }
        return figures;
    }

    /** As {@link BinaryMetrics#relativeCrossEntropy(float[], float[])}; parameters as those of {@link #rocAuc}. */
    static double[] relativeCrossEntropy(float[] predictions, boolean[] labels, int[] partOf, int parts) {
        double[] own = new double[parts];
        long[] rows = new long[parts];
        long[] positives = new long[parts];
        for (int row = 0; row < predictions.length; row++) {
            int part = partOf[row];
            own[part] += BinaryMetrics.crossEntropy(predictions[row], labels[row] ? 1 : 0);
            rows[part]++;
            positives[part] += labels[row] ? 1 : 0;
        }
        double[] figures = new double[parts + 1];
        for (int without = -1; without < parts; without++) {
            double entropy = 0;
            long all = 0;
            long opened = 0;
            for (int part = 0; part < parts; part++) {
                if (part != without) {
                    entropy += own[part];
                    all += rows[part];
                    opened += positives[part];
                }
            }
            double mean = (double) opened / all;
            double base = -(opened * Math.log(mean) + (all - opened) * Math.log1p(-mean));
            figures[without + 1] = opened == 0 || opened == all ? Double.NaN : 100 * (1 - entropy / base);
        }
        return figures;
    }
}
