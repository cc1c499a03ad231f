package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.SavedVariables;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.udf.kernel.Kernel;
import io.pushrank.udf.kernel.Kernels;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;

class LightTrainerTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, 0);
    private static final LightParams PARAMS = SampleParams.light(600);

    @TempDir
    private static Path shared;

    private static ModelExport export;
    private static ModelPackage model;

    @BeforeAll
    static void trainOnce() {
        export = train(PARAMS, shared.resolve("export"));
        model = ModelPackage.write(shared.resolve("models").toString(), "1", export, new Configuration());
    }

    private static ModelExport train(LightParams params, Path directory) {
        return LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(8000, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, false)),
                params,
                SHAPE,
                "features",
                directory,
                TensorFlowThreads.DEFAULT,
                System.out::println);
    }

    @Test
    void learnsAnInteractionThatNoLinearModelSees() {
        // A constant has 0; labels of 0.8 and 0.1 that are known for sure have 39.6.
        assertTrue(export.metrics().get("rce") > 30, () -> export.metrics().toString());
    }

    @Test
    void plainJavaAgreesWithTheSavedModelRunByTensorFlow() {
        requireAgreement(model, export);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing_branch: false", "missing_branch: true\nsparse_branch: false"})
    void plainJavaAgreesWithoutABranchToo(String branches, @TempDir Path directory) {
        LightParams params = LightParams.parse(
                "test",
                PARAMS.toYaml()
                        .replace("missing_branch: true", branches)
                        .replace("maximum_steps: 600", "maximum_steps: 50"));
        ModelExport trained = train(params, directory.resolve("export"));
        requireAgreement(
                ModelPackage.write(directory.resolve("models").toString(), "1", trained, new Configuration()), trained);
    }

    private static void requireAgreement(ModelPackage written, ModelExport trained) {
        List<Example> examples = SyntheticExamples.exclusiveOr(200, 3, false);
        LightModel light = LightModel.load(written, TensorFlowThreads.DEFAULT);
        FeatureBatch batch = new FeatureBatch(SHAPE, examples.size());
        examples.forEach(example -> example.addTo(batch));
        try (SavedVariables saved = new SavedVariables(trained.directory());
                FeatureTensors features =
                        FeatureTensors.of(batch, examples.size(), PARAMS.hashBits(), ModelKind.LIGHT);
                Result result = saved.bundle.call(features.byName())) {
            float[] expected = Weight.copyOf(result.get(0)).floats();
            for (int row = 0; row < examples.size(); row++) {
                Example example = examples.get(row);
                float score = light.score(
                        example.continuous(), example.continuousMissing(), example.sparseIds(), example.sparseValues());
                assertEquals(expected[row], score, 1e-5f, "row " + row);
            }
            for (Kernel kernel : List.of(Kernels.plain(), Kernels.vector())) {
                LightBlock block = light.block(kernel);
                for (int row = 0; row < examples.size(); row++) {
                    Example example = examples.get(row);
                    if (block.isFull()) {
                        block.clear();
                    }
                    block.add(
                            example.continuous(),
                            example.continuousMissing(),
                            example.sparseIds(),
                            example.sparseValues());
                    float score = light.score(
                            example.continuous(),
                            example.continuousMissing(),
                            example.sparseIds(),
                            example.sparseValues());
                    assertEquals(score, block.score()[block.size() - 1], kernel.summary() + ", row " + row);
                }
            }
        }
    }

    @Test
    void sameSeedGivesTheSameBytes(@TempDir Path directory) {
        LightParams brief = SampleParams.light(50);
        ModelExport first = train(brief, directory.resolve("first"));
        ModelExport second = train(brief, directory.resolve("second"));
        String root = directory.resolve("models").toString();
        Configuration hadoop = new Configuration();
        assertEquals(
                ModelPackage.write(root, "1", first, hadoop).manifest().files(),
                ModelPackage.write(root, "2", second, hadoop).manifest().files());
    }

    @Test
    void aLightPackageIsNotLoadedAsAHeavyOne() {
        ModelException refusal =
                assertThrows(ModelException.class, () -> HeavyModel.load(model, TensorFlowThreads.DEFAULT));
        assertEquals(model.directory() + ": expected a heavy ranker, found a light one", refusal.getMessage());
    }

    @Test
    void sampleSizedExportIsSmallEnoughToCommit() throws IOException {
        try (var files = Files.walk(export.directory())) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            System.out.println("light sample export: " + bytes + " bytes");
            assertTrue(bytes < 600_000, () -> bytes + " bytes");
        }
    }
}
