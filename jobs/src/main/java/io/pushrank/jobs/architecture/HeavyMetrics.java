package io.pushrank.jobs.architecture;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelSignature;
import java.util.Map;
import java.util.TreeMap;

/**
 * Metrics of the heavy ranker's tasks: opened over all rows; engagement over opened rows (conditional) and over all rows
 * (joint). Where they are weighted too, each row counts by its weight in those whose names say so.
 */
final class HeavyMetrics {
    private static final int BINS = 10;

    private HeavyMetrics() {}

    static Map<String, Double> of(Predictions predictions, boolean isWeighted) {
        float[] weight = isWeighted ? predictions.column("weight") : null;
        float[] oonc = predictions.column("oonc");
        float[] engagement = predictions.column("engagement");
        float[] pOonc = predictions.column(ModelSignature.P_OONC);
        float[] pEngagement = predictions.column(ModelSignature.P_ENGAGEMENT);
        Map<String, Double> metrics = new TreeMap<>();
        put(metrics, "oonc", pOonc, oonc, weight);
        float[] both = new float[oonc.length];
        int opened = 0;
        for (int row = 0; row < oonc.length; row++) {
            both[row] = oonc[row] * engagement[row];
            opened += oonc[row] == 1 ? 1 : 0;
        }
        put(metrics, "engagement_joint", pEngagement, both, weight);
        float[] conditional = new float[opened];
        float[] label = new float[opened];
        float[] weightOfOpened = isWeighted ? new float[opened] : null;
        int next = 0;
        for (int row = 0; row < oonc.length; row++) {
            if (oonc[row] == 1) {
                conditional[next] = (float) Calibration.conditional(pEngagement[row], pOonc[row]);
                label[next] = engagement[row];
                if (isWeighted) {
                    weightOfOpened[next] = weight[row];
                }
                next++;
            }
        }
        put(metrics, "engagement_conditional", conditional, label, weightOfOpened);
        return metrics;
    }

    /** @param weights null: not weighted */
    private static void put(
            Map<String, Double> metrics, String task, float[] predictions, float[] labels, float[] weights) {
        putDefined(metrics, task + "_roc_auc", BinaryMetrics.rocAuc(predictions, labels));
        putDefined(metrics, task + "_pr_auc", BinaryMetrics.prAuc(predictions, labels));
        putDefined(metrics, task + "_rce", BinaryMetrics.relativeCrossEntropy(predictions, labels));
        putDefined(metrics, task + "_ece", BinaryMetrics.expectedCalibrationError(predictions, labels, BINS));
        if (weights != null) {
            putDefined(metrics, task + "_weighted_roc_auc", BinaryMetrics.rocAuc(predictions, labels, weights));
            putDefined(metrics, task + "_weighted_pr_auc", BinaryMetrics.prAuc(predictions, labels, weights));
            putDefined(
                    metrics, task + "_weighted_rce", BinaryMetrics.relativeCrossEntropy(predictions, labels, weights));
        }
    }

    /** Undefined ones (a task without positives) are left out: JSON has no word for them. */
    static void putDefined(Map<String, Double> metrics, String name, double value) {
        if (Double.isFinite(value)) {
            metrics.put(name, value);
        }
    }
}
