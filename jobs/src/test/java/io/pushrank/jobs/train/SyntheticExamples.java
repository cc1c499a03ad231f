package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Seeded examples whose label is an interaction that no linear model can see. */
final class SyntheticExamples {
    static final int CONTINUOUS = 4;
    static final int BINARY = 2;

    private SyntheticExamples() {}

    /** Opened when the first two continuous features have different signs; engaged when the first binary one is set. */
    static List<Example> exclusiveOr(int count, long seed, boolean heavy) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            float[] continuous = new float[CONTINUOUS];
            boolean[] missing = new boolean[CONTINUOUS];
            for (int index = 0; index < CONTINUOUS; index++) {
                continuous[index] = (float) (random.nextDouble() * 6 - 3);
                missing[index] = index >= 2 && random.nextInt(5) == 0;
            }
            float[] binary = new float[heavy ? BINARY : 0];
            for (int index = 0; index < binary.length; index++) {
                binary[index] = random.nextInt(2);
            }
            long[] sparseIds = new long[random.nextInt(4)];
            float[] sparseValues = new float[sparseIds.length];
            for (int index = 0; index < sparseIds.length; index++) {
                sparseIds[index] = random.nextLong(40) * 0x9E3779B97F4A7C15L;
                sparseValues[index] = 1;
            }
            long[] sparseContinuousIds = new long[heavy ? random.nextInt(3) : 0];
            float[] sparseContinuousValues = new float[sparseContinuousIds.length];
            for (int index = 0; index < sparseContinuousIds.length; index++) {
                sparseContinuousIds[index] = random.nextLong(20) * 0x9E3779B97F4A7C15L;
                sparseContinuousValues[index] = (float) (random.nextDouble() * 20 - 5);
            }
            boolean opened = (continuous[0] > 0) != (continuous[1] > 0);
            float oonc = opened ? 1 : 0;
            float engagement = heavy ? binary[0] * oonc : 0;
            float dislike = random.nextInt(50) == 0 ? 1 : 0;
            examples.add(new Example(
                    continuous,
                    missing,
                    binary,
                    sparseIds,
                    sparseValues,
                    sparseContinuousIds,
                    sparseContinuousValues,
                    oonc,
                    engagement,
                    dislike,
                    opened ? 0.8f : 0.1f,
                    1));
        }
        return examples;
    }

    /** The example with another weight. */
    static Example weighted(Example example, float weight) {
        return new Example(
                example.continuous(),
                example.continuousMissing(),
                example.binary(),
                example.sparseIds(),
                example.sparseValues(),
                example.sparseContinuousIds(),
                example.sparseContinuousValues(),
                example.oonc(),
                example.engagement(),
                example.dislike(),
                example.heavyScore(),
                weight);
    }

    /** The example without its sparse entries. */
    static Example withoutSparse(Example example) {
        return new Example(
                example.continuous(),
                example.continuousMissing(),
                example.binary(),
                new long[0],
                new float[0],
                new long[0],
                new float[0],
                example.oonc(),
                example.engagement(),
                example.dislike(),
                example.heavyScore(),
                example.weight());
    }

    /** The same examples every epoch, in an order of the epoch's own. */
    static ExampleSource shuffled(List<Example> examples) {
        return epoch -> {
            List<Example> copy = new ArrayList<>(examples);
            Collections.shuffle(copy, new Random(epoch));
            return copy.iterator();
        };
    }
}
