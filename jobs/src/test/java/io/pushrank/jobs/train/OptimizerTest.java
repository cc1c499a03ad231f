package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.GraphVariables;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.Initializer;
import io.pushrank.jobs.architecture.OptimizerKind;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.exit.PushrankException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Steps beside what the optimizers' formulas give in plain Java. The loss is half the sum of a · w² over two dense weights,
 * and b · row over the rows 1, 3 and 3 of a table: its gradient is a · w, and b once or twice for a row.
 */
class OptimizerTest {
    private static final int STEPS = 3;
    private static final float[] SLOPES = {2, -0.5f};
    private static final float ROW_SLOPE = 0.7f;
    private static final double BEGIN = 0.5;
    private static final double RATE = 0.05;

    private static TrainingParams params(String... lines) {
        String text = "training:\n  clip_norm: 0.0\n  learning_rate: " + RATE + "\n";
        for (String line : lines) {
            String key = line.substring(0, line.indexOf(':') + 1);
            text = text.replaceAll("(?m)^  " + key + ".*\n", "") + "  " + line + "\n";
        }
        return HeavyParams.parse("test", text).training();
    }

    private static TrainingParams of(OptimizerKind kind) {
        return params("optimizer: " + kind.name().toLowerCase(Locale.ROOT));
    }

    /** The variables after some steps: two dense weights, and a table of four rows of one column. */
    private static Map<String, Weight> after(int steps, TrainingParams params) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, 1);
            GraphContext.Schedule schedule = GraphContext.Schedule.create(tf);
            GraphContext context = new GraphContext(tf, variables, GraphContext.Path.TRAINING, schedule);
            Operand<TFloat32> weights = variables.trained("weights", Initializer.constant((float) BEGIN), 2);
            Operand<TFloat32> table = variables.trained("table", Initializer.constant((float) BEGIN), 4, 1);
            Operand<TInt64> ids = tf.constant(new long[] {1, 3, 3});
            Operand<TFloat32> rows = tf.gather(table, ids, tf.constant(0));
            context.embeddingReads.add(new GraphContext.EmbeddingRead("table", ids, rows));
            Operand<TFloat32> ofWeights = tf.math.mul(
                    tf.constant(0.5f),
                    tf.sum(tf.math.mul(tf.constant(SLOPES), tf.math.square(weights)), tf.constant(0)));
            Operand<TFloat32> ofRows = tf.sum(
                    tf.reshape(tf.math.mul(rows, tf.constant(ROW_SLOPE)), tf.constant(new int[] {-1})), tf.constant(0));
            NoOp step = Optimizer.step(context, tf.math.add(ofWeights, ofRows), params);
            try (Session session = new Session(graph)) {
                variables.initialize(session);
                for (int number = 0; number < steps; number++) {
                    try (TFloat32 rate = TFloat32.scalarOf(Optimizer.fedLearningRate(params, number));
                            TInt64 seed = TInt64.vectorOf(params.seed(), number)) {
                        session.runner()
                                .feed(schedule.learningRate(), rate)
                                .feed(schedule.dropoutSeed(), seed)
                                .addTarget(step)
                                .run()
                                .close();
                    }
                }
                return variables.snapshotAll(session);
            }
        }
    }

    /** One weight's way: its memory, and what a gradient makes of it. */
    private interface Rule {
        double next(double weight, double gradient);
    }

    private static Rule rule(OptimizerKind kind) {
        double[] memory = new double[3];
        return switch (kind) {
            case GRADIENT_DESCENT -> (weight, gradient) -> weight - RATE * gradient;
            case MOMENTUM ->
                (weight, gradient) -> {
                    memory[0] = 0.9 * memory[0] + gradient;
                    return weight - RATE * memory[0];
                };
            case ADAGRAD -> {
                memory[0] = 0.1;
                yield (weight, gradient) -> {
                    memory[0] += gradient * gradient;
                    return weight - RATE * gradient / Math.sqrt(memory[0]);
                };
            }
            case RMSPROP -> {
                memory[0] = 1;
                yield (weight, gradient) -> {
                    memory[0] = 0.9 * memory[0] + 0.1 * gradient * gradient;
                    return weight - RATE * gradient / Math.sqrt(memory[0] + 1e-10);
                };
            }
            case ADAM ->
                (weight, gradient) -> {
                    memory[2]++;
                    memory[0] = 0.9 * memory[0] + 0.1 * gradient;
                    memory[1] = 0.999 * memory[1] + 0.001 * gradient * gradient;
                    double corrected =
                            RATE * Math.sqrt(1 - Math.pow(0.999, memory[2])) / (1 - Math.pow(0.9, memory[2]));
                    return weight - corrected * memory[0] / (Math.sqrt(memory[1]) + 1e-8);
                };
            case FTRL -> {
                // McMahan and others, Ad click prediction, 2013: without regularization, alpha the rate.
                memory[0] = 0.1;
                yield (weight, gradient) -> {
                    double before = memory[0];
                    memory[0] += gradient * gradient;
                    memory[1] += gradient - (Math.sqrt(memory[0]) - Math.sqrt(before)) / RATE * weight;
                    return -memory[1] * RATE / Math.sqrt(memory[0]);
                };
            }
        };
    }

    private static double walked(OptimizerKind kind, DoubleUnaryOperator gradient) {
        Rule rule = rule(kind);
        double weight = BEGIN;
        for (int step = 0; step < STEPS; step++) {
            weight = rule.next(weight, gradient.applyAsDouble(weight));
        }
        return weight;
    }

    @ParameterizedTest
    @EnumSource
    void stepsAreThoseOfTheFormula(OptimizerKind kind) {
        Map<String, Weight> found = after(STEPS, of(kind));
        double[] expected = Arrays.stream(new int[] {0, 1})
                .mapToDouble(index -> walked(kind, weight -> SLOPES[index] * weight))
                .toArray();
        assertArrayEquals(expected, doubles(found.get("weights")), 2e-6, kind.toString());
        double once = walked(kind, weight -> ROW_SLOPE);
        double twice = walked(kind, weight -> 2 * ROW_SLOPE);
        assertArrayEquals(
                new double[] {BEGIN, once, BEGIN, twice},
                doubles(found.get("table")),
                2e-6,
                kind + ", rows of a table");
    }

    @Test
    void aGradientIsClippedAfterAllAreKnown() {
        double norm = Math.sqrt(Math.pow(SLOPES[0] * BEGIN, 2)
                + Math.pow(SLOPES[1] * BEGIN, 2)
                + ROW_SLOPE * ROW_SLOPE
                + Math.pow(2 * ROW_SLOPE, 2));
        Map<String, Weight> found = after(1, params("optimizer: gradient_descent", "clip_norm: 0.5"));
        assertEquals(
                BEGIN - RATE * SLOPES[0] * BEGIN * 0.5 / norm,
                found.get("weights").floats()[0],
                1e-6);
        assertEquals(
                BEGIN - RATE * 2 * ROW_SLOPE * 0.5 / norm, found.get("table").floats()[3], 1e-6);
    }

    @Test
    void whatIsNotTrainableStaysAsItBegins() {
        Map<String, Weight> dense = after(STEPS, params("trainable: ^weights"));
        assertArrayEquals(new double[] {BEGIN, BEGIN, BEGIN, BEGIN}, doubles(dense.get("table")));
        assertNotEquals(BEGIN, dense.get("weights").floats()[0]);
        Map<String, Weight> sparse = after(STEPS, params("trainable: tab"));
        assertArrayEquals(new double[] {BEGIN, BEGIN}, doubles(sparse.get("weights")));
        assertNotEquals(BEGIN, sparse.get("table").floats()[3]);
        assertEquals(
                "params: training.trainable must name a variable, one of [weights, table], but is ^able",
                assertThrows(PushrankException.class, () -> after(1, params("trainable: ^able")))
                        .getMessage());
    }

    @Test
    void noiseIsTheSameForTheSameSeedAndStep() {
        String descent = "optimizer: gradient_descent";
        double[] plain = doubles(after(1, params(descent)).get("weights"));
        double[] noisy =
                doubles(after(1, params(descent, "gradient_noise: 0.1")).get("weights"));
        assertArrayEquals(
                noisy, doubles(after(1, params(descent, "gradient_noise: 0.1")).get("weights")));
        for (int index = 0; index < 2; index++) {
            double noise = (plain[index] - noisy[index]) / RATE;
            assertTrue(Math.abs(noise) > 1e-5 && Math.abs(noise) <= 0.2001, "noise " + noise);
        }
        assertNotEquals(plain[0] - noisy[0], plain[1] - noisy[1], 1e-6);
    }

    private static double[] doubles(Weight weight) {
        double[] values = new double[weight.floats().length];
        Arrays.setAll(values, index -> weight.floats()[index]);
        return values;
    }
}
