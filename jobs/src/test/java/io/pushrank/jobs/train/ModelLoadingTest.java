package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.LightRanker;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.SavedModelWriter;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.Precision;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages with initial weights: what loading does, without training. */
class ModelLoadingTest {
    private static final FeatureShape HEAVY_SHAPE =
            new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);
    private static final FeatureShape LIGHT_SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, 0);

    @TempDir
    private Path folder;

    @Test
    void oneSessionServesEveryTaskOfTheMachine() throws IOException {
        ModelPackage model = write(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), Map.of());
        HeavyModel heavy = HeavyModels.get(model, TensorFlowThreads.DEFAULT);
        assertSame(heavy, HeavyModels.get(model, TensorFlowThreads.DEFAULT));
        float[] expected = heavy.score(batch(1)).score();
        List<float[]> found = IntStream.range(0, 40)
                .parallel()
                .mapToObj(task -> heavy.score(batch(1)).score())
                .toList();
        found.forEach(scores -> assertArrayEquals(expected, scores));
    }

    @Test
    void whatIsReleasedIsClosedAndItsCopyDeletedUntilItIsNeededAgain() throws IOException {
        ModelPackage model = write(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), Map.of());
        HeavyModel first = HeavyModels.get(model, TensorFlowThreads.DEFAULT);
        float[] expected = first.score(batch(1)).score();
        Path copy = Path.of(
                System.getProperty("java.io.tmpdir"),
                "pushrank-models-" + System.getProperty("user.name"),
                model.digest());
        assertTrue(Files.isDirectory(copy));

        HeavyModels.release(model);
        assertTrue(Files.notExists(copy));
        assertThrows(IllegalStateException.class, () -> first.score(batch(1)));
        assertArrayEquals(
                expected,
                HeavyModels.get(model, TensorFlowThreads.DEFAULT)
                        .score(batch(1))
                        .score());
        HeavyModels.release(model);
        HeavyModels.release(model);
        assertTrue(Files.notExists(copy));
    }

    @Test
    void singlePrecisionIsLoadedOnceHoweverItIsAskedFor() throws IOException {
        assumeFalse(Precision.isBf16Native());
        ModelPackage model = write(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), Map.of());
        HeavyModel automatic = HeavyModels.get(model, TensorFlowThreads.DEFAULT, Precision.AUTO);
        HeavyModel single = HeavyModels.get(model, TensorFlowThreads.DEFAULT);
        assertEquals(
                "this CPU has neither avx512_bf16 nor amx_bf16 among its flags",
                automatic.report().reason());
        assertEquals("asked for", single.report().reason());
        // One session: whoever closes it closes it for both.
        single.close();
        assertThrows(IllegalStateException.class, () -> automatic.score(batch(1)));
        HeavyModels.release(model);
    }

    @Test
    void lightWeightsAreReadOnce() throws IOException {
        ModelPackage model = write(new LightRanker(SampleParams.light(1), LIGHT_SHAPE), Map.of());
        LightModel light = LightModels.get(model, TensorFlowThreads.DEFAULT);
        assertSame(light, LightModels.get(model, TensorFlowThreads.DEFAULT));
        float score = light.score(new float[4], new boolean[] {true, true, true, true}, new long[0], new float[0]);
        assertTrue(score > 0 && score < 1, () -> "score " + score);
    }

    @Test
    void aHeavyRankerWithoutFiniteScoresIsRefused() throws IOException {
        ModelPackage model =
                write(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), Map.of("oonc.logit.bias", Float.NaN));
        ModelException refusal =
                assertThrows(ModelException.class, () -> HeavyModel.load(model, TensorFlowThreads.DEFAULT));
        assertEquals(
                model.directory()
                        + ": expected finite outputs for the canary rows, found p_oonc[0] must be finite, but is NaN",
                refusal.getMessage());
    }

    @Test
    void aLightRankerWithoutFiniteScoresIsRefused() throws IOException {
        ModelPackage model =
                write(new LightRanker(SampleParams.light(1), LIGHT_SHAPE), Map.of("logit.bias", Float.NaN));
        ModelException refusal =
                assertThrows(ModelException.class, () -> LightModel.load(model, TensorFlowThreads.DEFAULT));
        assertEquals(
                model.directory() + ": expected finite scores for the canary rows, found NaN", refusal.getMessage());
    }

    @Test
    void aBatchOfAnotherWidthIsRefused() throws IOException {
        ModelPackage model = write(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), Map.of());
        FeatureBatch wider = new FeatureBatch(new FeatureShape(5, 2), 1);
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            assertEquals(
                    "batch must have FeatureShape[continuous=4, binary=2], but has"
                            + " FeatureShape[continuous=5, binary=2]",
                    assertThrows(IllegalArgumentException.class, () -> heavy.score(wider))
                            .getMessage());
        }
    }

    @Test
    void thePublishedFormOfTrainingRunsToo() {
        HeavyParams published = HeavyParams.parse(
                "test",
                SampleParams.heavy(40)
                        .toYaml()
                        .replace("optimizer: adam", "optimizer: gradient_descent")
                        .replace("learning_rate: 0.001", "learning_rate: 0.1")
                        .replace("clip_norm: 1.0", "clip_norm: 0.0")
                        .replace("momentum_ramp: true", "momentum_ramp: false")
                        .replace("second_loss_denominator: own_mask", "second_loss_denominator: batch"));
        List<Example> examples = SyntheticExamples.exclusiveOr(256, 9, true);
        ExampleBatch batch = new ExampleBatch(HEAVY_SHAPE, 256);
        batch.fill(examples.iterator());
        try (TrainingGraph graph =
                new TrainingGraph(new HeavyRanker(published, HEAVY_SHAPE), TensorFlowThreads.DEFAULT)) {
            float first = graph.step(batch, 0);
            float last = first;
            for (int step = 1; step < 40; step++) {
                last = graph.step(batch, step);
            }
            assertTrue(last < 0.8 * first, first + " -> " + last);
        }
    }

    @Test
    void aBatchWithoutAnySparseEntryTrains() {
        List<Example> bare = SyntheticExamples.exclusiveOr(64, 9, true).stream()
                .map(SyntheticExamples::withoutSparse)
                .toList();
        ExampleBatch batch = new ExampleBatch(HEAVY_SHAPE, 64);
        batch.fill(bare.iterator());
        try (TrainingGraph graph =
                new TrainingGraph(new HeavyRanker(SampleParams.heavy(1), HEAVY_SHAPE), TensorFlowThreads.DEFAULT)) {
            float first = graph.step(batch, 0);
            assertTrue(graph.step(batch, 1) < first);
        }
    }

    /** A package of a ranker's initial weights, the named vectors filled with another value. */
    private ModelPackage write(Ranker ranker, Map<String, Float> replaced) throws IOException {
        Path directory = folder.resolve("export");
        try (TrainingGraph graph = new TrainingGraph(ranker, TensorFlowThreads.DEFAULT)) {
            Map<String, Weight> weights = graph.snapshot();
            replaced.forEach((name, value) -> {
                float[] values = weights.get(name).floats();
                Arrays.fill(values, value);
                weights.put(name, Weight.of(weights.get(name).shape(), values));
            });
            SavedModelWriter.write(ranker, weights, "features", directory, TensorFlowThreads.DEFAULT);
        }
        ModelExport export = new ModelExport(directory, ranker.kind(), ranker.shape(), 17, Map.of());
        return ModelPackage.write(folder.resolve("models").toString(), "1", export, new Configuration());
    }

    private static FeatureBatch batch(long seed) {
        FeatureBatch batch = new FeatureBatch(HEAVY_SHAPE, 64);
        for (Example example : SyntheticExamples.exclusiveOr(50, seed, true)) {
            example.addTo(batch);
        }
        return batch;
    }
}
