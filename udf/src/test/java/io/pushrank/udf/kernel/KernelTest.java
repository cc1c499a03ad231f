package io.pushrank.udf.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelTest {
    private static final Kernel PLAIN = Kernels.plain();
    private static final Kernel VECTOR = Kernels.vector();
    private static final int IN = 7;

    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void aSigmoidIsWithinAMillionthOfTheTrueOneEverywhere() {
        double worst = 0;
        for (double z = -100; z <= 100; z += 0.0137) {
            float found = 1 / (1 + Power.of((float) (Power.SIGMOID * (float) z)));
            worst = Math.max(worst, Math.abs(found - 1 / (1 + Math.exp(-(float) z))));
        }
        assertTrue(worst < 3e-7, "off by " + worst);
        assertEquals(1f, 1 / (1 + Power.of(Float.NEGATIVE_INFINITY)));
        assertEquals(0f, 1 / (1 + Power.of(Float.POSITIVE_INFINITY)), 1e-37f);
    }

    @Test
    void theAdaptiveTransformationIsWithinAMillionthOfMathsOwn() {
        float[] k1 = {0.8f, -1.7f};
        float[] b1 = {0.3f, 0.1f};
        float[] k2 = {1.1f, -0.6f};
        float[] b2 = {-0.2f};
        float[] k3 = {1.9f};
        float[] b3 = {0.4f};
        Adaptive adaptive = new Adaptive(k1, b1, k2, b2, k3, b3, new double[] {1.5}, new double[] {-0.5});
        for (float x = -12; x <= 12; x += 0.01f) {
            double upper = Math.tanh(x * k1[0] + b1[0]);
            double lower = Math.tanh(x * k1[1] + b1[1]);
            double last = Math.tanh(k3[0] * Math.tanh(upper * k2[0] + lower * k2[1] + b2[0]) + b3[0]);
            float[] found = {x};
            PLAIN.adapt(adaptive, found, found);
            assertEquals(1.5 * last - 0.5, found[0], 1.5e-6, "x " + x);
        }
    }

    @Test
    void aVectorKernelThatDoesNotStartLeavesThePlainOne() {
        assertSame(VECTOR, Kernels.orPlain(() -> VECTOR));
        assertSame(PLAIN, Kernels.orPlain(() -> {
            throw new ExceptionInInitializerError("no registers");
        }));
        assertSame(PLAIN, Kernels.orPlain(() -> {
            throw new IllegalStateException("no constructor");
        }));
    }

    @Test
    void everyKernelGivesARowTheSameBits() {
        for (int out : new int[] {1, 2, 3, 4, 5, 6, IN}) {
            Dense gate = new Dense(floats(IN * IN), floats(IN), Power.SIGMOID);
            Dense dense = new Dense(floats(IN * out), floats(out), 1);
            Dense last = new Dense(floats(IN * out), floats(out), Power.SIGMOID);
            Normalizer normalizer = new Normalizer(doubles(out + 1), doubles(out + 1));
            Adaptive adaptive = new Adaptive(
                    floats(2 * IN),
                    floats(2 * IN),
                    floats(2 * IN),
                    floats(IN),
                    floats(IN),
                    floats(IN),
                    doubles(IN),
                    doubles(IN));
            int rows = VECTOR.rows();
            float[] x = floats(IN * rows);
            int[] listed = {1, 4, 6};
            float[] sparse = new float[IN * rows];
            for (int input : listed) {
                System.arraycopy(x, input * rows, sparse, input * rows, rows);
            }
            Step[] steps = {
                (kernel, from, to) -> kernel.gate(gate, from, to),
                (kernel, from, to) -> kernel.dense(dense, 0.3f, normalizer, from, to, 1),
                (kernel, from, to) -> kernel.sigmoid(last, from, to),
                (kernel, from, to) -> kernel.adapt(adaptive, from, to)
            };
            for (Step step : steps) {
                requireSameBits(step, x);
            }
            requireSameBits((kernel, from, to) -> kernel.gate(gate, listed, 3, from, to), sparse);
            requireSameBits(
                    (kernel, from, to) -> kernel.dense(dense, listed, 3, 0.3f, normalizer, from, to, 1), sparse);
            requireSame(
                    PLAIN,
                    (kernel, from, to) -> kernel.dense(dense, 0.3f, normalizer, from, to, 1),
                    (kernel, from, to) -> kernel.dense(dense, listed, 3, 0.3f, normalizer, from, to, 1),
                    row(sparse, rows, 0));
        }
    }

    @Test
    void testsRunWithoutTheOptimizingCompilerSoThatBlocksGoThroughThePlainKernel() {
        assertSame(PLAIN, Kernels.forBlocks());
    }

    private interface Step {
        void run(Kernel kernel, float[] from, float[] to);
    }

    private static void requireSameBits(Step step, float[] x) {
        int rows = VECTOR.rows();
        float[] together = new float[(IN + 2) * rows];
        step.run(VECTOR, x, together);
        for (int row = 0; row < rows; row++) {
            float[] alone = new float[IN + 2];
            step.run(PLAIN, row(x, rows, row), alone);
            assertEquals(Arrays.toString(alone), Arrays.toString(row(together, rows, row)), "row " + row);
        }
    }

    private static void requireSame(Kernel kernel, Step first, Step second, float[] x) {
        float[] one = new float[IN + 2];
        float[] other = new float[IN + 2];
        first.run(kernel, x, one);
        second.run(kernel, x, other);
        assertEquals(Arrays.toString(one), Arrays.toString(other));
    }

    private static float[] row(float[] tile, int rows, int row) {
        float[] values = new float[tile.length / rows];
        for (int feature = 0; feature < values.length; feature++) {
            values[feature] = tile[feature * rows + row];
        }
        return values;
    }

    private float[] floats(int count) {
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    private double[] doubles(int count) {
        return random.doubles(count, -2, 2).toArray();
    }
}
