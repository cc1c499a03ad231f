package io.pushrank.jobs.architecture;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.udf.model.ModelSignature;
import java.util.Map;
import java.util.TreeMap;

/** Metrics of the light ranker; its label may be soft. */
final class LightMetrics {
    private static final int BINS = 10;

    private LightMetrics() {}

    static Map<String, Double> of(Predictions predictions, boolean isWeighted) {
        float[] labels = predictions.column("label");
        float[] scores = predictions.column(ModelSignature.SCORE);
        Map<String, Double> metrics = new TreeMap<>();
        HeavyMetrics.putDefined(metrics, "rce", BinaryMetrics.relativeCrossEntropy(scores, labels));
        HeavyMetrics.putDefined(metrics, "ece", BinaryMetrics.expectedCalibrationError(scores, labels, BINS));
        if (isWeighted) {
            HeavyMetrics.putDefined(
                    metrics,
                    "weighted_rce",
                    BinaryMetrics.relativeCrossEntropy(scores, labels, predictions.column("weight")));
        }
        return metrics;
    }
}
