package io.pushrank.jobs.evaluate;

import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;

/** Weighted metrics of probabilities row by row, as their definitions say, and derivatives by differences. */
@SuppressWarnings("ArrayRecordComponent") // Of tests; nothing compares it.
record WeightedOracle(double[] predictions, double[] labels, double[] weights) {
    double relativeCrossEntropy(DoubleUnaryOperator changed) {
        double[] sums = new double[3];
        for (int row = 0; row < labels.length; row++) {
            double[] terms = terms(row, changed);
            for (int term = 0; term < sums.length; term++) {
                sums[term] += terms[term];
            }
        }
        return metric(sums);
    }

    /** Weighted cross-entropy, label and 1 of a row. */
    private double[] terms(int row, DoubleUnaryOperator changed) {
        double p = Math.min(Math.max(changed.applyAsDouble(predictions[row]), 1e-7), 1 - 1e-7);
        double crossEntropy = labels[row] == 1 ? -Math.log(p) : -Math.log1p(-p);
        return new double[] {weights[row] * crossEntropy, weights[row] * labels[row], weights[row]};
    }

    private static double metric(double[] sums) {
        double mean = sums[1] / sums[2];
        double entropy = -mean * Math.log(mean) - (1 - mean) * Math.log(1 - mean);
        return 100 * (1 - sums[0] / sums[2] / entropy);
    }

    double normalized(double p) {
        return p * weighted(labels) / weighted(predictions);
    }

    double arithmetic(double p) {
        double positive = p * weighted(labels) / weighted(predictions);
        double negative = (1 - p) * (total() - weighted(labels)) / (total() - weighted(predictions));
        return positive / (positive + negative);
    }

    private double weighted(double[] values) {
        double sum = 0;
        for (int row = 0; row < values.length; row++) {
            sum += weights[row] * values[row];
        }
        return sum;
    }

    private double total() {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /** The delta method with the whole covariance of the three sums. */
    double standardError() {
        int rows = labels.length;
        double[] sums = new double[3];
        double[][] products = new double[3][3];
        for (int row = 0; row < rows; row++) {
            double[] terms = terms(row, p -> p);
            for (int left = 0; left < 3; left++) {
                sums[left] += terms[left];
                for (int right = 0; right < 3; right++) {
                    products[left][right] += terms[left] * terms[right];
                }
            }
        }
        double[] gradient = new double[3];
        for (int term = 0; term < 3; term++) {
            double step = 1e-5 * sums[term];
            double[] above = sums.clone();
            double[] below = sums.clone();
            above[term] += step;
            below[term] -= step;
            gradient[term] = (metric(above) - metric(below)) / (2 * step);
        }
        double variance = 0;
        for (int left = 0; left < 3; left++) {
            for (int right = 0; right < 3; right++) {
                variance +=
                        gradient[left] * (products[left][right] - sums[left] * sums[right] / rows) * gradient[right];
            }
        }
        return Math.sqrt(variance);
    }

    double deviation() {
        double mean = weighted(predictions) / total();
        double squares = 0;
        for (int row = 0; row < labels.length; row++) {
            squares += weights[row] * (predictions[row] - mean) * (predictions[row] - mean);
        }
        return Math.sqrt(squares / total());
    }

    /** Share, by weight, of those of some rows that are so. */
    double share(IntPredicate among, IntPredicate is) {
        double all = 0;
        double found = 0;
        for (int row = 0; row < labels.length; row++) {
            if (among.test(row)) {
                all += weights[row];
                found += is.test(row) ? weights[row] : 0;
            }
        }
        return found / all;
    }
}
