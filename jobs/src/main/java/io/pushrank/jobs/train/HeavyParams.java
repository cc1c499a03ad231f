package io.pushrank.jobs.train;

/**
 * The heavy ranker's params.yaml.
 *
 * @param model the architecture: key {@code model} names it, and the section of that name holds its own params
 * @param hashBits sparse features share 2^bits embedding rows, from 1 to 24
 * @param embeddingDimensions width of each of the two embedding sums
 * @param ooncWeight weight of P(opened) in the score
 * @param engagementWeight weight of P(opened and engaged) in the score; the two are normalised to sum 1
 * @param secondLossDenominator what the engagement loss is divided by
 * @param training how it learns
 */
public record HeavyParams(
        Architecture model,
        int hashBits,
        int embeddingDimensions,
        double ooncWeight,
        double engagementWeight,
        SecondLossDenominator secondLossDenominator,
        TrainingParams training) {
    public HeavyParams {
        Checks.require(model != null, "model", "the name of a model", model);
        Checks.between("hash_bits", 1, 24, hashBits);
        Checks.between("embedding_dimensions", 1, 1024, embeddingDimensions);
        Checks.require(ooncWeight >= 0 && ooncWeight <= 1, "oonc_weight", "in [0, 1]", ooncWeight);
        Checks.require(
                engagementWeight >= 0 && engagementWeight <= 1, "engagement_weight", "in [0, 1]", engagementWeight);
        Checks.require(
                ooncWeight + engagementWeight > 0,
                "oonc_weight + engagement_weight",
                "above 0",
                ooncWeight + engagementWeight);
        Checks.require(
                secondLossDenominator != null, "second_loss_denominator", "own_mask or batch", secondLossDenominator);
        Checks.require(training != null, "training", "a section", training);
    }

    /**
     * Reads a params.yaml.
     *
     * @param file name used in messages
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    public static HeavyParams parse(String file, String yaml) {
        return ParamsYaml.parse(file, yaml, "heavy", HeavyParams.class);
    }

    /** The params as the YAML that a model package keeps. */
    public String toYaml() {
        return ParamsYaml.write(this, model);
    }
}
