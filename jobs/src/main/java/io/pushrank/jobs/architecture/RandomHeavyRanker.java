package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** A heavy ranker with seeded weights in the place of trained ones, for measuring speed and agreement. */
public final class RandomHeavyRanker {
    private RandomHeavyRanker() {}

    /**
     * Writes a SavedModel with features.yaml and params.yaml. Kernels are as training starts them, but never smaller than
     * published: no training makes up for it, and all rows would get nearly the same score. Normalizations have statistics,
     * scales and shifts of their own, and embedding tables and biases are no longer zero.
     *
     * @param negativeScales share of the normalizations' scales (gamma) that are negative, from 0 to 1
     * @param directory local, new or empty
     */
    public static ModelExport write(
            HeavyParams params, FeatureShape shape, long seed, double negativeScales, Path directory)
            throws IOException {
        HeavyRanker ranker = new HeavyRanker(startingAsPublished(params), shape);
        Map<String, Weight> weights = new LinkedHashMap<>();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, seed);
            ranker.outputs(
                    new GraphContext(tf, variables, GraphContext.Path.SERVING, null),
                    new ModelInputs(tf, ModelKind.HEAVY, shape));
            try (Session session = new Session(graph, TensorFlowThreads.DEFAULT.configuration())) {
                variables.initialize(session);
                SplittableRandom random = new SplittableRandom(seed);
                variables.snapshot(session).forEach((name, weight) -> {
                    float[] values = weight.floats();
                    for (int index = 0; index < values.length; index++) {
                        values[index] = value(name, values[index], random, negativeScales);
                    }
                    weights.put(name, Weight.of(weight.shape(), values));
                });
            }
        }
        SavedModelWriter.write(ranker, weights, "features: []\n", directory, TensorFlowThreads.DEFAULT);
        return new ModelExport(directory, ModelKind.HEAVY, shape, seed, Map.of());
    }

    private static HeavyParams startingAsPublished(HeavyParams params) {
        return params.model() instanceof ClemNet clemNet
                ? new HeavyParams(
                        new ClemNet(clemNet.blocks(), null),
                        params.hashBits(),
                        params.embeddingDimensions(),
                        params.sparseBranch(),
                        params.ooncWeight(),
                        params.engagementWeight(),
                        params.secondLossDenominator(),
                        params.training())
                : params;
    }

    /** Multiplications of one row in matrix products and convolutions, nothing that is done around them. */
    public static long multiplications(HeavyParams params, FeatureShape shape) {
        return params.model().multiplications(params, shape);
    }

    private static float value(String name, float initial, SplittableRandom random, double negativeScales) {
        String suffix = name.substring(name.lastIndexOf('.') + 1);
        return switch (suffix) {
            case "gamma" -> (float) ((random.nextDouble() < negativeScales ? -1 : 1) * (0.5 + random.nextDouble()));
            case "moving_variance" -> (float) (0.3 + 2 * random.nextDouble());
            case "maximum" -> (float) (0.5 + 10 * random.nextDouble());
            case "beta", "moving_mean", "bias", "bucket_bias" -> (float) (0.2 * random.nextGaussian());
            case "table" -> (float) (0.1 * random.nextGaussian());
            default -> initial;
        };
    }
}
