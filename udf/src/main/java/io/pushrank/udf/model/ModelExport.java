package io.pushrank.udf.model;

import java.nio.file.Path;
import java.util.Map;

/**
 * A trained model in a local folder, ready to be written as a version of a package.
 *
 * @param directory holds saved_model.pb, variables/, features.yaml and params.yaml
 * @param kind which ranker it is
 * @param shape widths of the dense inputs it was trained on
 * @param seed the seed that the training started from
 * @param metrics measured on the evaluation examples by the exported graph, by name
 */
public record ModelExport(Path directory, ModelKind kind, FeatureShape shape, long seed, Map<String, Double> metrics) {
    public ModelExport {
        metrics = Map.copyOf(metrics);
    }
}
