package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.text.OptionalKey;
import java.util.List;

/**
 * The light ranker's params.yaml.
 *
 * @param hashBits sparse features share 2^bits embedding rows, from 1 to 24
 * @param embeddingDimensions width of the embedding sum
 * @param denseUnits outputs of the dense branch, and of the missing branch
 * @param missingBranch whether the missing mask gets a branch of its own
 * @param sparseBranch false leaves the embedding sum out, so that only continuous features count; true is null
 * @param hiddenUnits outputs of the layers after the branches are joined
 * @param dropout share of inputs dropped while training, in [0, 1)
 * @param adaptiveMomentum upper bound of the momentum of the adaptive transformation's moving statistics, in [0, 1); null: the
 *     training's
 * @param leakySlope slope of the activation below 0
 * @param label what it predicts
 * @param recordWeights how much a candidate counts by its position; null when all count alike
 * @param training how it learns
 */
public record LightParams(
        int hashBits,
        int embeddingDimensions,
        int denseUnits,
        boolean missingBranch,
        @OptionalKey Boolean sparseBranch,
        List<Integer> hiddenUnits,
        double dropout,
        @OptionalKey Double adaptiveMomentum,
        double leakySlope,
        LightLabel label,
        @OptionalKey RecordWeights recordWeights,
        TrainingParams training) {
    public LightParams {
        Bounds.within("hash_bits", hashBits, 1, 24);
        Bounds.within("embedding_dimensions", embeddingDimensions, 1, 1024);
        Bounds.within("dense_units", denseUnits, 1, 16384);
        // As packages have it that were written before there was such a key.
        sparseBranch = Boolean.TRUE.equals(sparseBranch) ? null : sparseBranch;
        hiddenUnits = DenseLayers.requireUnits("hidden_units", hiddenUnits);
        Bounds.require(dropout >= 0 && dropout < 1, "dropout", "in [0, 1)", dropout);
        TrainingParams.requireMomentum("adaptive_momentum", adaptiveMomentum);
        Bounds.require(leakySlope >= 0 && leakySlope < 1, "leaky_slope", "in [0, 1)", leakySlope);
    }

    /** Whether sparse features count. */
    boolean hasSparseBranch() {
        return sparseBranch == null;
    }

    /**
     * Reads a params file, which says what differs from the shipped light.yaml.
     *
     * @param file name used in messages
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static LightParams parse(String file, String yaml) {
        return ParamsYaml.light(file, yaml);
    }

    /**
     * The params that a package keeps, whatever the shipped light.yaml is by now.
     *
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static LightParams of(ModelPackage model) {
        return ParamsYaml.wholeLight(model.directory() + "/params.yaml", model.paramsYaml());
    }

    /** The params as the YAML that a model package keeps. */
    public String toYaml() {
        return ParamsYaml.write(this);
    }
}
