package io.pushrank.jobs.architecture;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelSignature;
import java.util.Map;
import java.util.TreeMap;

/**
 * Metrics of the heavy ranker's tasks: opened over all rows; engagement over opened rows (conditional) and over all rows
 * (joint).
 */
final class HeavyMetrics {
    private static final int BINS = 10;

    private HeavyMetrics() {}

    static Map<String, Double> of(Predictions predictions) {
        float[] oonc = predictions.column("oonc");
        float[] engagement = predictions.column("engagement");
        float[] pOonc = predictions.column(ModelSignature.P_OONC);
        float[] pEngagement = predictions.column(ModelSignature.P_ENGAGEMENT);
        Map<String, Double> metrics = new TreeMap<>();
        put(metrics, "oonc", pOonc, oonc);
        float[] both = new float[oonc.length];
        int opened = 0;
        for (int row = 0; row < oonc.length; row++) {
            both[row] = oonc[row] * engagement[row];
            opened += oonc[row] == 1 ? 1 : 0;
        }
        put(metrics, "engagement_joint", pEngagement, both);
        float[] conditional = new float[opened];
        float[] label = new float[opened];
        int next = 0;
        for (int row = 0; row < oonc.length; row++) {
            if (oonc[row] == 1) {
                conditional[next] = (float) Calibration.conditional(pEngagement[row], pOonc[row]);
                label[next++] = engagement[row];
            }
        }
        put(metrics, "engagement_conditional", conditional, label);
        return metrics;
    }

    static void put(Map<String, Double> metrics, String task, float[] predictions, float[] labels) {
        putDefined(metrics, task + "_roc_auc", BinaryMetrics.rocAuc(predictions, labels));
        putDefined(metrics, task + "_pr_auc", BinaryMetrics.prAuc(predictions, labels));
        putDefined(metrics, task + "_rce", BinaryMetrics.relativeCrossEntropy(predictions, labels));
        putDefined(metrics, task + "_ece", BinaryMetrics.expectedCalibrationError(predictions, labels, BINS));
    }

    /** Undefined ones (a task without positives) are left out: JSON has no word for them. */
    static void putDefined(Map<String, Double> metrics, String name, double value) {
        if (Double.isFinite(value)) {
            metrics.put(name, value);
        }
    }
}
