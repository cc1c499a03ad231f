package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Batch renormalization of one feature, step by step, beside its description in plain Java. */
class RenormalizationTest {
    private static final int STEPS = 4;
    private static final int ROWS = 5;
    private static final double MOMENTUM = 0.6;
    /** The first steps' ramp; then none. */
    private static final double[] LIMITS = {0.1, 0.5, 1, 1};

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, 1.5, 0.3",
                "0.9, -, 1.5, 0.3",
                "-, 0.8, 1.5, 0.3",
                "0.9, 0.8, Infinity, Infinity",
                "-, -, Infinity, 0.3"
            })
    void agreesWithItsDescription(Double moving, Double renorm, float scale, float shift) {
        SplittableRandom random = new SplittableRandom(5);
        double mean = 0;
        double variance = 1;
        double renormMean = 0;
        double renormDeviation = 1;
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, 1);
            GraphContext.Schedule schedule = GraphContext.Schedule.create(tf);
            GraphContext context = new GraphContext(tf, variables, GraphContext.Path.TRAINING, schedule);
            Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(ROWS, 1)));
            Operand<TFloat32> normalized = BatchNormalization.renormalized(
                    context, "norm", 0, x, 1, new BatchNormalization.Momenta(moving, renorm));
            // A variable's read may share its memory: nothing may set it before the output is there.
            Ops after = tf.withControlDependencies(Stream.concat(
                            Stream.of((Op) normalized), context.updates.stream().map(update -> (Op) update.value()))
                    .toList());
            NoOp update = tf.withControlDependencies(context.updates.stream()
                            .map(each -> (Op) after.assign(variables.variable(each.name()), each.value()))
                            .toList())
                    .noOp();
            try (Session session = new Session(graph)) {
                variables.initialize(session);
                for (int step = 0; step < STEPS; step++) {
                    float[][] rows = new float[ROWS][1];
                    double batchMean = 0;
                    for (float[] row : rows) {
                        row[0] = (float) (3 + 2 * random.nextGaussian());
                        batchMean += row[0] / ROWS;
                    }
                    double batchVariance = 0;
                    for (float[] row : rows) {
                        batchVariance += (row[0] - batchMean) * (row[0] - batchMean) / ROWS;
                    }
                    double deviation = Math.sqrt(batchVariance + BatchNormalization.EPSILON);
                    double earlierMean = renorm == null ? mean : renormMean;
                    double earlierDeviation =
                            renorm == null ? Math.sqrt(variance + BatchNormalization.EPSILON) : renormDeviation;
                    double r = Math.max(1 / scale, Math.min(scale, deviation / earlierDeviation));
                    double d = Math.max(-shift, Math.min(shift, (batchMean - earlierMean) / earlierDeviation));
                    float[] found = run(session, schedule, x, rows, normalized, update, step, scale, shift);
                    for (int row = 0; row < ROWS; row++) {
                        assertEquals((rows[row][0] - batchMean) / deviation * r + d, found[row], 1e-5);
                    }
                    double kept = Math.min(LIMITS[step], moving == null ? MOMENTUM : moving);
                    mean = kept * mean + (1 - kept) * batchMean;
                    variance = kept * variance + (1 - kept) * batchVariance;
                    double keptOfRenorm = Math.min(LIMITS[step], renorm == null ? 0 : renorm);
                    renormMean = keptOfRenorm * renormMean + (1 - keptOfRenorm) * batchMean;
                    renormDeviation = keptOfRenorm * renormDeviation + (1 - keptOfRenorm) * deviation;
                }
                Map<String, Weight> model = variables.snapshot(session);
                assertEquals(mean, model.get("norm.moving_mean").floats()[0], 1e-5);
                assertEquals(variance, model.get("norm.moving_variance").floats()[0], 1e-5);
                assertEquals(4, model.size(), "renormalization's own statistics are not the model's");
            }
        }
    }

    private static float[] run(
            Session session,
            GraphContext.Schedule schedule,
            Operand<TFloat32> x,
            float[][] rows,
            Operand<TFloat32> normalized,
            NoOp update,
            int step,
            float scale,
            float shift) {
        double limit = LIMITS[step];
        try (TFloat32 batch = TFloat32.tensorOf(StdArrays.ndCopyOf(rows));
                TFloat32 momentum = TFloat32.scalarOf((float) Math.min(limit, MOMENTUM));
                TFloat32 momentumLimit = TFloat32.scalarOf((float) limit);
                TFloat32 renormR = TFloat32.scalarOf(scale);
                TFloat32 renormD = TFloat32.scalarOf(shift);
                Result result = session.runner()
                        .feed(x.asOutput(), batch)
                        .feed(schedule.momentum(), momentum)
                        .feed(schedule.momentumLimit(), momentumLimit)
                        .feed(schedule.renormR(), renormR)
                        .feed(schedule.renormD(), renormD)
                        .addTarget(update)
                        .fetch(normalized)
                        .run()) {
            return Weight.copyOf(result.get(0)).floats();
        }
    }

    @Test
    void itsMemoryBeginsAsTheMovingStatisticsButForWhatIsThere() {
        Shape shape = Shape.of(2);
        Weight kept = Weight.of(shape, new float[] {7, 8});
        Map<String, Weight> weights = Map.of(
                "a.moving_mean",
                Weight.of(shape, new float[] {1, 2}),
                "a.moving_variance",
                Weight.of(shape, new float[] {4, 9}),
                "b.moving_mean",
                Weight.of(shape, new float[] {1, 2}),
                "b.moving_variance",
                Weight.of(shape, new float[] {4, 9}),
                RenormMemory.mean("b"),
                kept,
                RenormMemory.deviation("b"),
                kept);

        Map<String, Weight> begun = RenormMemory.begun(weights, List.of("a", "b"));

        assertArrayEquals(new float[] {1, 2}, begun.get(RenormMemory.mean("a")).floats());
        assertArrayEquals(
                new float[] {2, 3}, begun.get(RenormMemory.deviation("a")).floats(), 1e-3f);
        assertArrayEquals(new float[] {7, 8}, begun.get(RenormMemory.mean("b")).floats());
        assertArrayEquals(
                new float[] {7, 8}, begun.get(RenormMemory.deviation("b")).floats());
        assertEquals(weights, RenormMemory.begun(weights, List.of()));
    }
}
