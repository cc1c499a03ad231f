package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What several workers learn from shares of batches, beside what one process learns from whole batches. */
class SharedStepTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);
    private static final int ROWS = 50;
    private static final int STEPS = 4;
    private static final float CLOSE = 1e-5f;

    /** Residuals of both kinds, a block without a dense half, one without a convolution. */
    private static final String BLOCKS =
            """
              blocks:
                - {units: 12, kernel: 3, filters: 3, residual: true}
                - {units: 0, kernel: 3, filters: 2, residual: true}
                - {units: 8, kernel: 1, filters: 0, residual: true}
            """;

    /** What a graph holds and predicts in the end. */
    private record Outcome(List<Float> losses, Map<String, Weight> variables, Map<String, float[]> predictions) {}

    private static HeavyParams params(String model, String optimizer) {
        return HeavyParams.parse(
                "test",
                SampleParams.whole(model)
                        .replace("optimizer: adam", "optimizer: " + optimizer)
                        .replaceAll("batch_rows: [0-9]+", "batch_rows: " + ROWS));
    }

    private static HeavyParams small(String... lines) {
        return HeavyParams.parse(
                "test",
                SampleParams.whole("sample-heavy")
                        .replaceAll("(?s)  blocks:.*?(?=  initial_scale)", BLOCKS)
                        .replaceAll("optimizer: adam", "optimizer: momentum")
                        .replaceAll("batch_rows: [0-9]+", "batch_rows: " + ROWS)
                        .replace("training:\n", "training:\n" + String.join("\n", lines) + "\n"));
    }

    /** With weights from 1 to 3. */
    private static List<Example> examples() {
        List<Example> examples = SyntheticExamples.exclusiveOr(STEPS * ROWS, 5, true);
        return IntStream.range(0, examples.size())
                .mapToObj(index -> SyntheticExamples.weighted(examples.get(index), 1 + index % 3))
                .toList();
    }

    private static Outcome outcome(HeavyParams params, Ring ring) {
        try (TrainingGraph graph = new TrainingGraph(new HeavyRanker(params, SHAPE), TensorFlowThreads.DEFAULT, ring)) {
            List<ExampleBatch> batches = ExampleBatch.sample(epoch -> examples().iterator(), SHAPE, STEPS * ROWS, ROWS);
            List<Float> losses = IntStream.range(0, STEPS)
                    .mapToObj(step -> graph.step(batches.get(step), step))
                    .toList();
            Map<String, Weight> variables = new TreeMap<>(graph.snapshotAll());
            // As before an export.
            graph.recomputeStatistics(batches);
            return new Outcome(losses, variables, graph.predict(batches.get(0)));
        }
    }

    /** What one process holds, and the first of several workers. */
    private record Both(Outcome expected, Outcome found) {}

    private static Both requireSamePredictions(HeavyParams params, int workers) throws Exception {
        Outcome expected = outcome(params, null);
        List<Outcome> all = RingThreads.run(workers, ring -> outcome(params, ring));
        Outcome found = all.get(0);
        for (Outcome other : all) {
            assertEquals(Weight.digest(found.variables()), Weight.digest(other.variables()));
        }
        for (int step = 0; step < STEPS; step++) {
            assertEquals(expected.losses().get(step), found.losses().get(step), CLOSE, "loss of step " + step);
        }
        expected.predictions()
                .forEach((name, values) ->
                        assertArrayEquals(values, found.predictions().get(name), CLOSE, name));
        return new Both(expected, found);
    }

    private static Both requireSameWeights(HeavyParams params, int workers) throws Exception {
        Both both = requireSamePredictions(params, workers);
        Map<String, Weight> found = both.found().variables();
        assertEquals(both.expected().variables().keySet(), found.keySet());
        both.expected()
                .variables()
                .forEach((name, weight) ->
                        assertArrayEquals(weight.floats(), found.get(name).floats(), CLOSE, name));
        return both;
    }

    @Test
    void weightsAreThoseOfOneProcess() throws Exception {
        requireSameWeights(small(), 3);
    }

    @Test
    void noiseDenominatorAndTrainableVariablesAreThoseOfOneProcess() throws Exception {
        HeavyParams params = HeavyParams.parse(
                "test",
                small("  gradient_noise: 0.01", "  trainable: oonc|sparse", "  weighted_loss: false")
                        .toYaml()
                        .replace("second_loss_denominator: own_mask", "second_loss_denominator: batch"));
        requireSameWeights(params, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"masknet", "dcn"})
    void otherModelsLearnTheSameAndTheSameBytesEachTime(String model) throws Exception {
        HeavyParams params = params(model, "gradient_descent");
        Map<String, Weight> found = requireSameWeights(params, 2).found().variables();
        Outcome again = RingThreads.run(2, ring -> outcome(params, ring)).get(0);
        assertEquals(Weight.digest(found), Weight.digest(again.variables()), "a second time");
    }

    /**
     * Adam moves a weight by the sign of its gradient however small that is, so that weights without an influence, such as a
     * bias before a normalization, follow the rounding. What counts is what the model says.
     */
    @Test
    void defaultParamsPredictTheSame() throws Exception {
        requireSamePredictions(params("sample-heavy", "adam"), 2);
    }

    @Test
    void aWorkerWithoutRowsOfAnEvaluationsLastBatchWaitsForTheOthers() throws Exception {
        HeavyParams params = params("dcn", "adam");
        ExampleBatch batch =
                ExampleBatch.sample(epoch -> examples().iterator(), SHAPE, 2, 2).get(0);
        Map<String, float[]> expected = predictions(params, batch, null);
        for (Map<String, float[]> found : RingThreads.run(3, ring -> predictions(params, batch, ring))) {
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), CLOSE, name));
        }
    }

    private static Map<String, float[]> predictions(HeavyParams params, ExampleBatch batch, Ring ring) {
        try (TrainingGraph graph = new TrainingGraph(new HeavyRanker(params, SHAPE), TensorFlowThreads.DEFAULT, ring)) {
            return graph.predict(batch);
        }
    }

    @Test
    void aBatchHasARowForEachWorker() {
        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> RingThreads.run(2, ring -> {
                    HeavyRanker ranker = new HeavyRanker(params("dcn", "adam"), SHAPE);
                    try (TrainingGraph graph = new TrainingGraph(ranker, TensorFlowThreads.DEFAULT, ring)) {
                        return graph.step(
                                ExampleBatch.sample(epoch -> examples().iterator(), SHAPE, 1, 1)
                                        .get(0),
                                0);
                    }
                }));
        assertEquals(
                "rows of a batch must be at least as many as workers, 2, but is 1",
                failure.getCause().getMessage());
    }
}
