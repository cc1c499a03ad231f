package io.pushrank.jobs.train;

import java.util.List;

/**
 * The heavy ranker's params.yaml.
 *
 * @param hashBits sparse features share 2^bits embedding rows, from 1 to 24
 * @param embeddingDimensions width of each of the two embedding sums
 * @param layers outputs of the channel-wise dense half of each block; its length is the number of blocks
 * @param kernel width of the convolutions, odd
 * @param filters outputs of the convolutions
 * @param residual whether each block adds a 1×1 convolution of its convolution's input
 * @param ooncWeight weight of P(opened) in the score
 * @param engagementWeight weight of P(opened and engaged) in the score; the two are normalised to sum 1
 * @param secondLossDenominator what the engagement loss is divided by
 * @param training how it learns
 */
public record HeavyParams(
        int hashBits,
        int embeddingDimensions,
        List<Integer> layers,
        int kernel,
        int filters,
        boolean residual,
        double ooncWeight,
        double engagementWeight,
        SecondLossDenominator secondLossDenominator,
        TrainingParams training) {
    public HeavyParams {
        Checks.between("hash_bits", 1, 24, hashBits);
        Checks.between("embedding_dimensions", 1, 1024, embeddingDimensions);
        Checks.require(layers != null && !layers.isEmpty(), "layers", "a list of at least 1 number", layers);
        layers = List.copyOf(layers);
        for (int index = 0; index < layers.size(); index++) {
            Checks.between("layers[" + index + "]", 1, 16384, layers.get(index));
        }
        Checks.require(kernel >= 1 && kernel <= 99 && kernel % 2 == 1, "kernel", "odd, from 1 to 99", kernel);
        Checks.between("filters", 1, 256, filters);
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
        return ParamsYaml.parse(file, yaml, HeavyParams.class);
    }

    /** The params as the YAML that a model package keeps. */
    public String toYaml() {
        return ParamsYaml.write(this);
    }
}
