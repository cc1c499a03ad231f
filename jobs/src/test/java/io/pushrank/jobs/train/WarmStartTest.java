package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.Initializer;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.SavedModelWriter;
import io.pushrank.jobs.architecture.SecondLossDenominator;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmStartTest {
    private static final FeatureList FEATURES = list("c0", "c1", "c2", "c3", "b0", "b1", "s0");

    @TempDir
    private static Path shared;

    private static String models;
    private static ModelPackage heavy;
    private static ModelPackage light;

    @TempDir
    private Path directory;

    /** Features whose first letter is their type. */
    private static FeatureList list(String... names) {
        List<Feature> features = new ArrayList<>();
        for (String name : names) {
            FeatureType type =
                    switch (name.charAt(0)) {
                        case 'c' -> FeatureType.CONTINUOUS;
                        case 'b' -> FeatureType.BINARY;
                        default -> FeatureType.STRING;
                    };
            features.add(new Feature(name, type, name, true));
        }
        return new FeatureList(features);
    }

    @BeforeAll
    static void trainOnce() {
        models = shared.resolve("models").toString();
        heavy = write(trainHeavy(
                shared.resolve("heavy"),
                FEATURES,
                SampleParams.heavy(60),
                SyntheticExamples.exclusiveOr(4000, 1, true)));
        light = write(LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(4000, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(1000, 2, false)),
                SampleParams.light(60),
                FEATURES.lightShape(),
                FEATURES.toYaml(),
                shared.resolve("light"),
                TensorFlowThreads.DEFAULT,
                progress -> {}));
    }

    private static ModelExport trainHeavy(
            Path folder, FeatureList features, HeavyParams params, List<Example> examples) {
        return HeavyTrainer.train(
                SyntheticExamples.shuffled(examples),
                SyntheticExamples.shuffled(examples),
                params,
                features.heavyShape(),
                features.toYaml(),
                folder,
                TensorFlowThreads.DEFAULT,
                progress -> {});
    }

    private static ModelPackage write(ModelExport export) {
        return ModelPackage.write(models, "trained", export, new Configuration());
    }

    private ModelPackage start(ModelPackage from, FeatureList features, ExampleSource examples) {
        ModelExport export = new WarmStart(from, "new.yaml", features)
                .export(examples, directory.resolve("export"), TensorFlowThreads.DEFAULT);
        return ModelPackage.write(directory.resolve("models").toString(), "new", export, new Configuration());
    }

    /** The example as another list has it; a feature that no c or b of the trained list is has value 1. */
    private static Example as(FeatureList features, Example example) {
        List<Feature> continuous = features.of(FeatureType.CONTINUOUS);
        List<Feature> binary = features.of(FeatureType.BINARY);
        float[] numbers = new float[continuous.size()];
        boolean[] missing = new boolean[numbers.length];
        for (int index = 0; index < numbers.length; index++) {
            int old = continuous.get(index).name().charAt(1) - '0';
            boolean isKnown = old < example.continuous().length;
            // A new one varies around 20.
            numbers[index] = isKnown ? example.continuous()[old] : 20 + example.continuous()[0];
            missing[index] = isKnown && example.continuousMissing()[old];
        }
        float[] flags = new float[example.binary().length == 0 ? 0 : binary.size()];
        for (int index = 0; index < flags.length; index++) {
            int old = binary.get(index).name().charAt(1) - '0';
            flags[index] = old < example.binary().length ? example.binary()[old] : 1;
        }
        return new Example(
                numbers,
                missing,
                flags,
                example.sparseIds(),
                example.sparseValues(),
                example.sparseContinuousIds(),
                example.sparseContinuousValues(),
                example.oonc(),
                example.engagement(),
                example.dislike(),
                example.heavyScore(),
                example.weight());
    }

    private static float[] heavyScores(ModelPackage model, FeatureList features, List<Example> examples) {
        FeatureBatch batch = new FeatureBatch(features.heavyShape(), examples.size());
        examples.stream()
                .map(example -> as(features, example))
                .forEach(example -> batch.add(
                        example.continuous(),
                        example.continuousMissing(),
                        example.binary(),
                        example.sparseIds(),
                        example.sparseValues(),
                        example.sparseContinuousIds(),
                        example.sparseContinuousValues()));
        try (HeavyModel loaded = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            return loaded.score(batch).score();
        }
    }

    private static float[] lightScores(ModelPackage model, FeatureList features, List<Example> examples) {
        LightModel loaded = LightModel.load(model, TensorFlowThreads.DEFAULT);
        float[] scores = new float[examples.size()];
        for (int row = 0; row < scores.length; row++) {
            Example example = as(features, examples.get(row));
            scores[row] = loaded.score(
                    example.continuous(), example.continuousMissing(), example.sparseIds(), example.sparseValues());
        }
        return scores;
    }

    private static void requireVaried(float[] scores) {
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        assertTrue(sorted[sorted.length - 1] - sorted[0] > 0.05, () -> Arrays.toString(sorted));
    }

    @Test
    void anotherOrderChangesNoPredictionOfTheHeavyRanker() {
        FeatureList permuted = list("b1", "c2", "s0", "c0", "c3", "b0", "c1");
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, true);

        float[] before = heavyScores(heavy, FEATURES, examples);

        requireVaried(before);
        assertArrayEquals(before, heavyScores(start(heavy, permuted, null), permuted, examples), 1e-5f);
    }

    @Test
    void theCalibrationAndTheRangeOfTheExamplesComeAlong() throws IOException {
        FeatureList permuted = list("b1", "c2", "s0", "c0", "c3", "b0", "c1");
        Path export = directory.resolve("calibrated");
        SavedModelWriter.write(
                new HeavyRanker(SampleParams.heavy(60), FEATURES.heavyShape()),
                WarmStart.read(heavy, TensorFlowThreads.DEFAULT),
                FEATURES.toYaml(),
                export,
                TensorFlowThreads.DEFAULT);
        Calibration calibration = new Calibration(
                new Calibration.Curve(List.of(0.3, 0.6), List.of(0.05, 0.9)),
                new Calibration.Curve(List.of(0.5), List.of(0.1)));
        Files.writeString(export.resolve(Calibration.FILE), calibration.toJson());
        TrainedOn range = new TrainedOn(
                Instant.parse("2026-03-01T12:00:00Z"),
                Instant.parse("2026-03-06T12:00:00Z"),
                Instant.parse("2026-03-08T12:00:00Z"));
        ModelPackage calibrated = ModelPackage.write(
                directory.resolve("trained").toString(),
                "1",
                range.addedTo(new ModelExport(export, ModelKind.HEAVY, FEATURES.heavyShape(), 0, Map.of())),
                new Configuration());
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, true);
        float[] before = heavyScores(calibrated, FEATURES, examples);
        requireVaried(before);
        assertTrue(Math.abs(before[0] - heavyScores(heavy, FEATURES, examples)[0]) > 1e-3, "the curves change scores");

        ModelPackage started = start(calibrated, permuted, null);

        assertArrayEquals(before, heavyScores(started, permuted, examples), 1e-5f);
        assertEquals(calibration, started.calibration().orElseThrow());
        assertEquals(range, TrainedOn.of(started).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"masknet, 0", "dcn, 0", "dcn, 3"})
    void anotherOrderChangesNoPredictionOfAnyArchitectureOfThePool(String model, int rank) {
        FeatureList permuted = list("b1", "c2", "s0", "c0", "c3", "b0", "c1");
        HeavyParams params = HeavyParams.parse(
                model,
                SampleParams.text(model)
                        .replaceAll("maximum_steps: [0-9]+", "maximum_steps: 60")
                        .replace("rank: 0", "rank: " + rank));
        ModelPackage trained = ModelPackage.write(
                directory.resolve("trained").toString(),
                "1",
                trainHeavy(directory.resolve("pool"), FEATURES, params, SyntheticExamples.exclusiveOr(4000, 1, true)),
                new Configuration());
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, true);

        float[] before = heavyScores(trained, FEATURES, examples);

        requireVaried(before);
        assertArrayEquals(before, heavyScores(start(trained, permuted, null), permuted, examples), 1e-5f);
    }

    @Test
    void anotherOrderChangesNoPredictionOfTheLogisticRegression() throws IOException {
        FeatureList permuted = list("b1", "c2", "s0", "c0", "c3", "b0", "c1");
        HeavyParams params = HeavyParams.parse("logistic", SampleParams.text("logistic"));
        HeavyRanker ranker = new HeavyRanker(params, FEATURES.heavyShape());
        Map<String, Weight> weights = new HashMap<>();
        ranker.variableShapes()
                .forEach((name, shape) -> weights.put(
                        name, Weight.of(shape, Initializer.glorot(4, 1).values(5, name, shape))));
        Path folder = directory.resolve("logistic");
        SavedModelWriter.write(ranker, weights, FEATURES.toYaml(), folder, TensorFlowThreads.DEFAULT);
        ModelPackage written = ModelPackage.write(
                directory.resolve("trained").toString(),
                "1",
                new ModelExport(folder, ModelKind.HEAVY, FEATURES.heavyShape(), 0, Map.of()),
                new Configuration());
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, true);

        float[] before = heavyScores(written, FEATURES, examples);

        requireVaried(before);
        assertArrayEquals(before, heavyScores(start(written, permuted, null), permuted, examples), 1e-5f);
    }

    @Test
    void anotherOrderChangesNoPredictionOfTheLightRanker() {
        FeatureList permuted = list("b1", "c2", "s0", "c0", "c3", "b0", "c1");
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, false);

        float[] before = lightScores(light, FEATURES, examples);

        requireVaried(before);
        assertArrayEquals(before, lightScores(start(light, permuted, null), permuted, examples), 1e-5f);
    }

    @Test
    void whatBelongsToKeptFeaturesIsCopiedBitForBitAndNewFeaturesStartSmall() {
        FeatureList changed = list("c5", "c3", "c0", "c1", "b4", "b1", "s0");
        ModelPackage started = start(heavy, changed, null);
        Map<String, Weight> old = WarmStart.read(heavy, TensorFlowThreads.DEFAULT);
        Map<String, Weight> next = WarmStart.read(started, TensorFlowThreads.DEFAULT);

        assertEquals(old.keySet(), next.keySet());
        List<String> moved = new ArrayList<>();
        new HeavyRanker(SampleParams.heavy(60), FEATURES.heavyShape())
                .inputAxes()
                .forEach(axis -> moved.add(axis.variable()));
        old.forEach((name, weight) -> {
            if (!moved.contains(name)) {
                assertArrayEquals(weight.floats(), next.get(name).floats(), name);
            }
        });
        for (String tower : List.of("oonc", "engagement")) {
            String kernel = tower + ".block_0.dense.kernel";
            float[] before = old.get(kernel).floats();
            float[] after = next.get(kernel).floats();
            // Old rows: c0 c1 c2 c3 b0 b1 and two sums of 8; -1 is new.
            int[] sources = {-1, 3, 0, 1, -1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
            int width = before.length / 22;
            double most = 0.5 * deviation(before);
            for (int row = 0; row < sources.length; row++) {
                float[] values = Arrays.copyOfRange(after, row * width, (row + 1) * width);
                if (sources[row] >= 0) {
                    assertArrayEquals(
                            Arrays.copyOfRange(before, sources[row] * width, (sources[row] + 1) * width), values);
                } else {
                    for (float value : values) {
                        assertTrue(Math.abs(value) <= most * 1.000001, value + " within " + most);
                    }
                    assertTrue(deviation(values) > 0.3 * most, "random");
                }
            }
        }
        requireVector("input_norm.gamma", old, next, 1);
        requireVector("input_norm.beta", old, next, 0);
        requireVector("input_norm.moving_mean", old, next, 0);
        requireVector("input_norm.moving_variance", old, next, 1);
    }

    private static void requireVector(String name, Map<String, Weight> old, Map<String, Weight> next, float fresh) {
        float[] before = old.get(name).floats();
        assertArrayEquals(
                new float[] {fresh, before[3], before[0], before[1]},
                next.get(name).floats(),
                name);
    }

    private static double deviation(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        return Math.sqrt(squares / values.length - mean * mean);
    }

    @Test
    void statisticsOfNewFeaturesAreMeasuredOnExamplesAndOthersStay() {
        FeatureList changed = list("c3", "c5", "c0", "b0", "b1", "s0");
        List<Example> examples = SyntheticExamples.exclusiveOr(3000, 4, true).stream()
                .map(example -> as(changed, example))
                .toList();
        double mean = examples.stream()
                .mapToDouble(example -> Math.log1p(example.continuous()[1]))
                .average()
                .orElseThrow();
        Map<String, Weight> old = WarmStart.read(heavy, TensorFlowThreads.DEFAULT);

        Map<String, Weight> next =
                WarmStart.read(start(heavy, changed, SyntheticExamples.shuffled(examples)), TensorFlowThreads.DEFAULT);

        float[] before = old.get("input_norm.moving_mean").floats();
        float[] after = next.get("input_norm.moving_mean").floats();
        assertEquals(before[3], after[0]);
        assertEquals(mean, after[1], 1e-4);
        assertEquals(before[0], after[2]);
        assertArrayEquals(
                old.get("oonc.block_1.dense_norm.moving_mean").floats(),
                next.get("oonc.block_1.dense_norm.moving_mean").floats());
    }

    @Test
    void theLightRankersStandardScoresOfNewFeaturesAreMeasured() {
        FeatureList changed = list("c5", "c0", "c1", "c2", "c3", "s0");
        List<Example> examples = SyntheticExamples.exclusiveOr(3000, 4, false).stream()
                .map(example -> as(changed, example))
                .toList();

        ModelPackage started = start(light, changed, SyntheticExamples.shuffled(examples));

        Map<String, Weight> old = WarmStart.read(light, TensorFlowThreads.DEFAULT);
        Map<String, Weight> next = WarmStart.read(started, TensorFlowThreads.DEFAULT);
        double[] before = old.get("dense.moving_mean").doubles();
        double[] after = next.get("dense.moving_mean").doubles();
        assertArrayEquals(before, Arrays.copyOfRange(after, 1, 5));
        assertEquals(20, after[0], 0.1);
        float[] gate = old.get("dense_attention.gate_kernel").floats();
        float[] newGate = next.get("dense_attention.gate_kernel").floats();
        for (int row = 0; row < 4; row++) {
            assertArrayEquals(
                    Arrays.copyOfRange(gate, 4 * row, 4 * row + 4),
                    Arrays.copyOfRange(newGate, 5 * (row + 1) + 1, 5 * (row + 2)));
        }
    }

    @Test
    void trainingGoesOnFromTheWeights() {
        FeatureList changed = list("c1", "c0", "c2", "c3", "b0", "b1", "s0");
        ModelPackage started = start(heavy, changed, null);
        List<Example> examples = SyntheticExamples.exclusiveOr(2000, 1, true).stream()
                .map(example -> as(changed, example))
                .toList();
        Map<String, Double> fresh =
                new HashMap<>(trainHeavy(directory.resolve("fresh"), changed, SampleParams.heavy(1), examples)
                        .metrics());

        Map<String, Double> warm = HeavyTrainer.train(
                        SyntheticExamples.shuffled(examples),
                        SyntheticExamples.shuffled(examples),
                        SampleParams.heavy(1),
                        changed.heavyShape(),
                        changed.toYaml(),
                        directory.resolve("warm"),
                        TrainingOptions.of(TensorFlowThreads.DEFAULT, progress -> {})
                                .startingFrom(new TrainingStart(0, WarmStart.read(started, TensorFlowThreads.DEFAULT))))
                .metrics();

        // Small kernels turn far in one step: of the order little is left to learn, of the probabilities much.
        assertTrue(warm.get("oonc_rce") > fresh.get("oonc_rce") + 30, () -> warm + " " + fresh);
    }

    @Test
    void aListThatCannotBeStartedFromIsRefused() {
        refuses("new.yaml: must differ from the feature list of heavy/trained, but is the same list", FEATURES);
        refuses(
                "new.yaml: must have a feature of name and type in common with heavy/trained, but is a list of 2"
                        + " others",
                list("c7", "b7"));
        refuses("new.yaml: continuous must be at least 1, but is 0", list("b0", "s0"));
    }

    private static void refuses(String message, FeatureList features) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> new WarmStart(heavy, "new.yaml", features))
                        .getMessage());
    }

    @Test
    void aChangeOfTypeIsARemovedAndAnAddedFeature() {
        List<Feature> features = new ArrayList<>(FEATURES.features());
        features.set(3, new Feature("c3", FeatureType.BINARY, "c3", true));

        WarmStart start = new WarmStart(heavy, "new.yaml", new FeatureList(features));

        assertEquals(List.of("c3 (binary)"), start.added());
        assertEquals(List.of("c3 (continuous)"), start.removed());
    }

    @Test
    void anArchitectureThatDependsOnTheOrderOfItsInputsIsRefused() {
        HeavyParams params = HeavyParams.parse(
                "test", SampleParams.text("sample-heavy").replaceFirst("units: 64, kernel: 3", "units: 0, kernel: 3"));
        assertEquals(
                "clemnet.blocks[0].units must be above 0 for a warm start, since a convolution ties each feature to its"
                        + " neighbors in the list, but is 0",
                assertThrows(IllegalArgumentException.class, () -> new HeavyRanker(params, new FeatureShape(4, 2))
                                .inputAxes())
                        .getMessage());
    }

    @Test
    void anUnknownVersionIsNamed() {
        ModelException refusal = assertThrows(
                ModelException.class, () -> ModelPackage.open(models, ModelKind.HEAVY, "absent", new Configuration()));
        assertTrue(refusal.getMessage().startsWith(models + "/heavy/absent"), refusal.getMessage());
        assertNotEquals(heavy.digest(), light.digest());
    }

    @Test
    void thePublishedSettingsParseAndTrain() {
        String published = SampleParams.text("published")
                .replaceAll("(?m)^(heavy|light):\n", "$1:\n  hash_bits: 6\n")
                .replace("maximum_steps: 2147483647", "maximum_steps: 3");
        HeavyParams heavyParams = HeavyParams.parse("published.yaml", published);
        assertEquals(SecondLossDenominator.BATCH, heavyParams.secondLossDenominator());
        assertEquals(0.9999, heavyParams.training().momentum());
        assertEquals(0.99, heavyParams.training().renormMomentum());
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 1, true);
        ModelExport export = trainHeavy(directory.resolve("heavy"), FEATURES, heavyParams, examples);
        assertEquals(3, export.metrics().get("steps"));

        LightParams lightParams = LightParams.parse("published.yaml", published);
        assertEquals(List.of(64, 16, 4), lightParams.hiddenUnits());
        assertEquals(0.99999, lightParams.training().momentum());
        ExampleSource source = SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(200, 1, false));
        assertEquals(
                3,
                LightTrainer.train(
                                source,
                                source,
                                lightParams,
                                FEATURES.lightShape(),
                                FEATURES.toYaml(),
                                directory.resolve("light"),
                                TensorFlowThreads.DEFAULT,
                                progress -> {})
                        .metrics()
                        .get("steps"));

        String heavyOnly = published.substring(0, published.indexOf("\nlight:"));
        assertEquals(
                "published.yaml: section light is missing",
                assertThrows(IllegalArgumentException.class, () -> LightParams.parse("published.yaml", heavyOnly))
                        .getMessage());
    }
}
