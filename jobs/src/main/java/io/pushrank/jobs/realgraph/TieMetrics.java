package io.pushrank.jobs.realgraph;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.metric.BinaryMetrics;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How good probabilities are on pairs of users that were held out, beside the plain weight of a user's acts on the other account
 * and beside one probability for all. NaN where there are no such pairs, or all of them are alike.
 *
 * @param crossEntropy mean of -ln of the probability that was given to what happened
 * @param baseRate the probability that is the same for all: the share that acted of the pairs that were learned from
 */
record TieMetrics(
        long pairs,
        long acted,
        double rocAuc,
        double prAuc,
        double crossEntropy,
        double weightRocAuc,
        double weightPrAuc,
        double baseRate,
        double baseRateCrossEntropy) {
    /**
     * Measures.
     *
     * @param predicted with {@link TieModel#LABEL}, {@link TieModel#PROBABILITY} and {@link PairFeatures#WEIGHT}
     */
    static TieMetrics of(Dataset<Row> predicted, double baseRate) {
        List<Row> rows = predicted
                .select(col(TieModel.LABEL), col(TieModel.PROBABILITY).cast("double"), col(PairFeatures.WEIGHT))
                .collectAsList();
        double[] labels = rows.stream().mapToDouble(row -> row.getDouble(0)).toArray();
        double[] probabilities =
                rows.stream().mapToDouble(row -> row.getDouble(1)).toArray();
        // In the same order, and between 0 and 1.
        double[] weights =
                rows.stream().mapToDouble(row -> 1 - 1.0 / (1 + row.getLong(2))).toArray();
        double[] constant = new double[labels.length];
        Arrays.fill(constant, baseRate);
        return new TieMetrics(
                labels.length,
                (long) Arrays.stream(labels).sum(),
                BinaryMetrics.rocAuc(probabilities, labels),
                BinaryMetrics.prAuc(probabilities, labels),
                crossEntropy(probabilities, labels),
                BinaryMetrics.rocAuc(weights, labels),
                BinaryMetrics.prAuc(weights, labels),
                baseRate,
                crossEntropy(constant, labels));
    }

    private static double crossEntropy(double[] probabilities, double[] labels) {
        double sum = 0;
        for (int row = 0; row < labels.length; row++) {
            sum += BinaryMetrics.crossEntropy(probabilities[row], labels[row]);
        }
        return sum / labels.length;
    }

    /** A table of them. */
    String text() {
        return """
                held out: %,d pairs, of which %,d acted
                            ROC-AUC  PR-AUC  cross entropy
                real graph  %7.4f  %6.4f  %13.6f
                weight      %7.4f  %6.4f
                base rate                   %13.6f"""
                .formatted(pairs, acted, rocAuc, prAuc, crossEntropy, weightRocAuc, weightPrAuc, baseRateCrossEntropy);
    }
}
