package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.NaiveHeavyRanker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeavyTrainerTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);
    private static final HeavyParams PARAMS = SampleParams.heavy(200);

    @TempDir
    private static Path shared;

    private static Path models;
    private static ModelExport export;
    private static ModelPackage model;

    @BeforeAll
    static void trainOnce() {
        models = shared.resolve("models");
        export = train(PARAMS, shared.resolve("export"));
        model = ModelPackage.write(models.toString(), "1", export, new Configuration());
    }

    private static ModelExport train(HeavyParams params, Path directory) {
        return HeavyTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(8000, 1, true)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, true)),
                params,
                SHAPE,
                "features",
                directory,
                TensorFlowThreads.DEFAULT,
                System.out::println);
    }

    @Test
    void learnsAnInteractionThatNoLinearModelSees() {
        assertTrue(export.metrics().get("oonc_roc_auc") > 0.95, () -> export.metrics()
                .toString());
        assertTrue(export.metrics().get("engagement_conditional_roc_auc") > 0.95, () -> export.metrics()
                .toString());
    }

    @Test
    void exportAgreesWithAForwardPassWrittenFromTheDescription() {
        requireAgreement(model, PARAMS, export.directory());
    }

    /** SHAPE's 6 dense inputs and two sums of 8 make 22 positions: a block of 22 units keeps its input's length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{units: 22, kernel: 3, filters: 5, residual: true}; {units: 8, kernel: 3, filters: 5, residual: false}",
                "{units: 16, kernel: 5, filters: 4, residual: true}; {units: 16, kernel: 1, filters: 3, residual: true}",
                "{units: 0, kernel: 3, filters: 4, residual: false}; {units: 0, kernel: 3, filters: 2, residual: true}",
                "{units: 16, kernel: 3, filters: 0, residual: false}; {units: 8, kernel: 3, filters: 0, residual: true}",
                "{units: 16, kernel: 3, filters: 3, residual: false}; {units: 16, kernel: 3, filters: 0, residual: true}",
                "{units: 16, kernel: 3, filters: 3, residual: true, activation: gelu, initializer: he_normal};"
                        + " {units: 16, kernel: 5, filters: 2, residual: false, activation: swish, strides: 3}",
                "{units: 16, kernel: 3, filters: 3, residual: false, activation: tanh, padding: valid, bias: false};"
                        + " {units: 0, kernel: 3, filters: 2, residual: false, activation: sigmoid, strides: 2}"
            })
    void everyKindOfBlockAgrees(String blocks, @TempDir Path directory) {
        HeavyParams params = HeavyParams.parse(
                "test",
                SampleParams.text("sample-heavy")
                        .replaceAll("(?m)^ *- .*units.*\n", "")
                        .replace("blocks:", "blocks: [" + blocks.replace(';', ',') + "]")
                        .replace("maximum_steps: 5000", "maximum_steps: 20"));
        ModelExport trained = train(params, directory.resolve("export"));
        ModelPackage written =
                ModelPackage.write(directory.resolve("models").toString(), "b", trained, new Configuration());
        requireAgreement(written, params, trained.directory());
    }

    static void requireAgreement(ModelPackage written, HeavyParams params, Path directory) {
        List<Example> examples = new ArrayList<>(SyntheticExamples.exclusiveOr(50, 3, true));
        SyntheticExamples.exclusiveOr(10, 6, true)
                .forEach(example -> examples.add(SyntheticExamples.withoutSparse(example)));
        NaiveHeavyRanker naive = new NaiveHeavyRanker(directory, params);
        try (HeavyModel heavy = HeavyModel.load(written, TensorFlowThreads.DEFAULT)) {
            HeavyScores scores = heavy.score(batch(examples, 64));
            for (int row = 0; row < examples.size(); row++) {
                double[] expected = naive.score(examples.get(row));
                assertEquals(expected[0], scores.pOonc()[row], 1e-5, "p_oonc of row " + row);
                assertEquals(expected[1], scores.pEngagement()[row], 1e-5, "p_engagement of row " + row);
                assertEquals(expected[2], scores.score()[row], 1e-5, "score of row " + row);
            }
        } finally {
            naive.close();
        }
    }

    @Test
    void rowsThatComeWithARowDoNotChangeItsScore() {
        List<Example> examples = SyntheticExamples.exclusiveOr(64, 4, true);
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            FeatureBatch batch = batch(examples, 64);
            HeavyScores full = heavy.score(batch);
            // The same batch again, so that rows of the first use stand behind its end.
            batch.clear();
            examples.subList(0, 9).forEach(example -> example.addTo(batch));
            HeavyScores few = heavy.score(batch);
            assertEquals(9, few.score().length);
            assertArrayEquals(Arrays.copyOf(full.score(), 9), few.score());
            assertArrayEquals(Arrays.copyOf(full.pEngagement(), 9), few.pEngagement());
        }
    }

    @Test
    void everyRowWithoutSparseEntriesIsScored() {
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            FeatureBatch batch = new FeatureBatch(SHAPE, 3);
            float[] none = new float[0];
            for (int row = 0; row < 3; row++) {
                batch.add(new float[4], new boolean[4], new float[2], new long[0], none, new long[0], none);
            }
            float[] scores = heavy.score(batch).score();
            assertEquals(scores[0], scores[2]);
            batch.clear();
            assertEquals(0, heavy.score(batch).score().length);
        }
    }

    @Test
    void sameSeedGivesTheSameBytes(@TempDir Path directory) {
        HeavyParams brief = SampleParams.heavy(30);
        ModelExport first = train(brief, directory.resolve("first"));
        ModelExport second = train(brief, directory.resolve("second"));
        String root = directory.resolve("models").toString();
        Configuration hadoop = new Configuration();
        assertEquals(
                ModelPackage.write(root, "1", first, hadoop).manifest().files(),
                ModelPackage.write(root, "2", second, hadoop).manifest().files());
    }

    @Test
    void sampleSizedExportIsSmallEnoughToCommit() throws IOException {
        try (var files = Files.walk(export.directory())) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            System.out.println("heavy sample export: " + bytes + " bytes");
            assertTrue(bytes < 600_000, () -> bytes + " bytes");
        }
    }

    @Test
    void examplesWithoutPositivesAreRefused(@TempDir Path directory) {
        List<Example> negatives = new ArrayList<>(SyntheticExamples.exclusiveOr(500, 5, true));
        negatives.removeIf(example -> example.maskedOonc() > 0);
        ExampleSource source = SyntheticExamples.shuffled(negatives);
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> HeavyTrainer.train(
                        source,
                        source,
                        PARAMS,
                        SHAPE,
                        "features",
                        directory,
                        TensorFlowThreads.DEFAULT,
                        progress -> {}));
        assertEquals(
                "cannot train the heavy ranker: none of the " + negatives.size() + " training examples is positive",
                refusal.getMessage());
    }

    private static FeatureBatch batch(List<Example> examples, int capacity) {
        FeatureBatch batch = new FeatureBatch(SHAPE, capacity);
        examples.forEach(example -> example.addTo(batch));
        return batch;
    }
}
