package io.pushrank.udf.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How far scores of a lower precision are from single precision's on a model's canary batch: {@value #GROUPS} groups of
 * {@value #GROUP_ROWS} rows, as many requests would have them.
 *
 * @param top10Overlap share of each group's ten best by score that are among its ten best in both, mean over groups
 * @param meanDifference mean |Δ p_oonc|
 * @param maximumDifference largest |Δ p_oonc|
 * @param meanShift |Δ mean p_oonc| / mean p_oonc
 */
public record PrecisionCheck(double top10Overlap, double meanDifference, double maximumDifference, double meanShift) {
    static final int GROUPS = 8;
    static final int GROUP_ROWS = 64;
    private static final int TOP = 10;
    /** Bounds: a tenth of the best may change, calibration by a hundredth. */
    static final double LEAST_OVERLAP = 0.9;

    static final double MOST_MEAN_DIFFERENCE = 2e-3;
    static final double MOST_DIFFERENCE = 2e-2;
    static final double MOST_SHIFT = 1e-2;

    /** Compares scores of the canary batch. */
    static PrecisionCheck of(HeavyScores expected, HeavyScores found) {
        double overlap = 0;
        for (int group = 0; group < GROUPS; group++) {
            Set<Integer> best = best(expected.score(), group);
            best.retainAll(best(found.score(), group));
            overlap += (double) best.size() / TOP / GROUPS;
        }
        double sum = 0;
        double expectedSum = 0;
        double foundSum = 0;
        double maximum = 0;
        for (int row = 0; row < expected.pOonc().length; row++) {
            double difference = Math.abs(expected.pOonc()[row] - found.pOonc()[row]);
            sum += difference;
            maximum = Math.max(maximum, difference);
            expectedSum += expected.pOonc()[row];
            foundSum += found.pOonc()[row];
        }
        return new PrecisionCheck(
                overlap,
                sum / expected.pOonc().length,
                maximum,
                Math.abs(foundSum - expectedSum) / Math.max(expectedSum, 1e-9));
    }

    private static Set<Integer> best(float[] scores, int group) {
        List<Integer> rows = IntStream.range(group * GROUP_ROWS, (group + 1) * GROUP_ROWS)
                .boxed()
                .sorted(Comparator.comparing((Integer row) -> -scores[row]).thenComparing(row -> row))
                .limit(TOP)
                .toList();
        return new HashSet<>(rows);
    }

    /** Whether every figure is within its bound. */
    public boolean passes() {
        return top10Overlap >= LEAST_OVERLAP
                && meanDifference <= MOST_MEAN_DIFFERENCE
                && maximumDifference <= MOST_DIFFERENCE
                && meanShift <= MOST_SHIFT;
    }

    /** The figures beside their bounds. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "top-10 overlap %.4f (at least %s), mean difference of p_oonc %.2e (at most %s), largest %.2e (at most"
                        + " %s), shift of its mean %.2e (at most %s)",
                top10Overlap,
                LEAST_OVERLAP,
                meanDifference,
                MOST_MEAN_DIFFERENCE,
                maximumDifference,
                MOST_DIFFERENCE,
                meanShift,
                MOST_SHIFT);
    }

    /**
     * The canary batch: seeded rows whose continuous values follow the model's own input statistics, so that they lie where
     * its training examples did. Some are missing, and every row has sparse and sparse continuous ids.
     */
    static FeatureBatch canary(FeatureShape shape, ModelVariables variables) {
        float[] mean = variables.floats(VariableNames.movingMean(VariableNames.INPUT_NORM), shape.continuous());
        float[] variance = variables.floats(VariableNames.movingVariance(VariableNames.INPUT_NORM), shape.continuous());
        SplittableRandom random = new SplittableRandom(7);
        FeatureBatch batch = new FeatureBatch(shape, GROUPS * GROUP_ROWS);
        while (!batch.isFull()) {
            float[] continuous = new float[shape.continuous()];
            boolean[] missing = new boolean[shape.continuous()];
            for (int index = 0; index < continuous.length; index++) {
                double logged = mean[index] + Math.sqrt(variance[index]) * random.nextGaussian();
                // Beyond ± 20 the logarithm's inverse passes half a billion, beyond 88 a float's range.
                double bounded = Math.max(-20, Math.min(20, logged));
                continuous[index] = (float) (Math.signum(bounded) * Math.expm1(Math.abs(bounded)));
                missing[index] = random.nextInt(8) == 0;
            }
            float[] binary = new float[shape.binary()];
            for (int index = 0; index < binary.length; index++) {
                binary[index] = random.nextInt(2);
            }
            long[] ids = random.longs(10).toArray();
            float[] values = new float[ids.length];
            Arrays.fill(values, 1);
            long[] countedIds = random.longs(5).toArray();
            float[] counts = new float[countedIds.length];
            for (int index = 0; index < counts.length; index++) {
                counts[index] = (float) Math.expm1(random.nextDouble(0, 4));
            }
            batch.add(continuous, missing, binary, ids, values, countedIds, counts);
        }
        return batch;
    }
}
