package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.text.OptionalKey;

/**
 * The heavy ranker's params.yaml. What a model has no use for is null: a logistic regression has neither embeddings nor
 * training by steps.
 *
 * @param model the architecture: key {@code model} names it, and the section of that name holds its own params
 * @param hashBits sparse features share 2^bits embedding rows, from 1 to 24
 * @param embeddingDimensions width of each of the two embedding sums
 * @param sparseBranch false leaves both embedding sums out, so that only continuous and binary features count; true is null
 * @param ooncWeight weight of P(opened) in the score
 * @param engagementWeight weight of P(opened and engaged) in the score; the two are normalized to sum 1
 * @param secondLossDenominator what the engagement loss is divided by
 * @param training how it learns
 */
public record HeavyParams(
        Architecture model,
        int hashBits,
        @OptionalKey Integer embeddingDimensions,
        @OptionalKey Boolean sparseBranch,
        double ooncWeight,
        double engagementWeight,
        @OptionalKey SecondLossDenominator secondLossDenominator,
        @OptionalKey TrainingParams training) {
    public HeavyParams {
        Bounds.within("hash_bits", hashBits, 1, 24);
        requireIfUsed(model, "embedding_dimensions", embeddingDimensions);
        if (embeddingDimensions != null) {
            Bounds.within("embedding_dimensions", embeddingDimensions, 1, 1024);
        }
        // As packages have it that were written before there was such a key.
        sparseBranch = Boolean.TRUE.equals(sparseBranch) ? null : sparseBranch;
        if (sparseBranch != null) {
            requireIfUsed(model, "sparse_branch", sparseBranch);
        }
        Bounds.within("oonc_weight", ooncWeight, 0, 1);
        Bounds.within("engagement_weight", engagementWeight, 0, 1);
        Bounds.require(
                ooncWeight + engagementWeight > 0,
                "oonc_weight + engagement_weight",
                "above 0",
                ooncWeight + engagementWeight);
        requireIfUsed(model, "second_loss_denominator", secondLossDenominator);
        requireIfUsed(model, "training", training);
    }

    private static void requireIfUsed(Architecture model, String key, Object value) {
        boolean isUsed = !model.unusedKeys().contains(key);
        if (isUsed != (value != null)) {
            throw new IllegalArgumentException(
                    "key " + key + (isUsed ? " is missing" : " must be absent where model is " + model.name()));
        }
    }

    /**
     * Reads a params file, which says what differs from the shipped heavy.yaml.
     *
     * @param file name used in messages
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static HeavyParams parse(String file, String yaml) {
        return ParamsYaml.heavy(file, yaml);
    }

    /**
     * The params that a package keeps, whatever the shipped heavy.yaml is by now.
     *
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static HeavyParams of(ModelPackage model) {
        return whole(model.directory() + "/params.yaml", model.paramsYaml());
    }

    /**
     * Reads what {@link #toYaml} gave: what it leaves out is unset, not as in heavy.yaml.
     *
     * @param file name used in messages
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static HeavyParams whole(String file, String yaml) {
        return ParamsYaml.wholeHeavy(file, yaml);
    }

    /** Whether sparse features count. */
    boolean hasSparseBranch() {
        return sparseBranch == null;
    }

    /** Of everything random in training; 0 for a model without. */
    public long seed() {
        return training == null ? 0 : training.seed();
    }

    /** The params as the YAML that a model package keeps. */
    public String toYaml() {
        return ParamsYaml.write(this);
    }
}
