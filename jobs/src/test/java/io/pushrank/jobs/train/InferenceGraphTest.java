package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.NaiveHeavyRanker;
import io.pushrank.jobs.architecture.RandomHeavyRanker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.Precision;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/** What serves against the SavedModel it was made from and against the forward pass written from the description. */
class InferenceGraphTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);

    @TempDir
    private Path folder;

    /** SHAPE's 6 dense inputs and two sums of 8 make 22 positions: a block of 22 units keeps its input's length. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0   | {units: 64, kernel: 3, filters: 5, residual: false}; {units: 32, kernel: 3, filters: 5, residual: false}",
                "0.3 | {units: 64, kernel: 3, filters: 5, residual: false}; {units: 32, kernel: 3, filters: 5, residual: false}",
                "0   | {units: 22, kernel: 3, filters: 5, residual: true}; {units: 8, kernel: 3, filters: 5, residual: true}",
                "0.3 | {units: 22, kernel: 5, filters: 5, residual: true}; {units: 22, kernel: 9, filters: 3, residual: true}",
                "0   | {units: 0, kernel: 5, filters: 4, residual: false}; {units: 0, kernel: 3, filters: 2, residual: true}",
                "0.3 | {units: 0, kernel: 3, filters: 4, residual: false}; {units: 9, kernel: 3, filters: 2, residual: false}",
                "0   | {units: 16, kernel: 3, filters: 0, residual: false}; {units: 8, kernel: 3, filters: 0, residual: true}",
                "0.3 | {units: 16, kernel: 3, filters: 3, residual: false}; {units: 0, kernel: 7, filters: 2, residual: false}",
                "0   | {units: 16, kernel: 3, filters: 3, residual: true, bias: false, activation: relu, strides: 1, padding: same, initializer: lecun_uniform}; {units: 8, kernel: 3, filters: 2, residual: false, bias: false}"
            })
    void foldedGraphAgrees(double negativeScales, String blocks) throws IOException {
        requireAgreement(params(blocks), negativeScales, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{units: 9, kernel: 3, filters: 2, residual: true, activation: linear}",
                "{units: 9, kernel: 3, filters: 2, residual: false}; {units: 8, kernel: 5, filters: 2, residual: false, strides: 2}",
                "{units: 9, kernel: 3, filters: 2, residual: false}; {units: 8, kernel: 5, filters: 2, residual: false, padding: valid, strides: 3}"
            })
    void blocksThatAreNotFoldedAgree(String blocks) throws IOException {
        requireAgreement(params(blocks), 0.3, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relu", "tanh"})
    void agreesWithoutASparseBranch(String activation) throws IOException {
        String yaml = params("{units: 9, kernel: 3, filters: 2, residual: false, activation: " + activation + "}")
                .toYaml();
        requireAgreement(HeavyParams.parse("test", "sparse_branch: false\n" + yaml), 0.3, activation.equals("relu"));
    }

    private void requireAgreement(HeavyParams params, double negativeScales, boolean isFolded) throws IOException {
        ModelPackage model = write(params, negativeScales);
        List<Example> examples = new ArrayList<>(SyntheticExamples.exclusiveOr(50, 3, true));
        SyntheticExamples.exclusiveOr(10, 6, true)
                .forEach(example -> examples.add(SyntheticExamples.withoutSparse(example)));
        FeatureBatch batch = new FeatureBatch(SHAPE, 64);
        examples.forEach(example -> example.addTo(batch));
        NaiveHeavyRanker naive = new NaiveHeavyRanker(folder.resolve("export"), params);
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            assertEquals(isFolded, heavy.report().folded());
            HeavyScores scores = heavy.score(batch);
            float[] saved = savedModelScores(batch, params.hashBits());
            for (int row = 0; row < examples.size(); row++) {
                assertEquals(saved[row], scores.score()[row], 1e-5, "score of row " + row);
                double[] expected = naive.score(examples.get(row));
                assertEquals(expected[0], scores.pOonc()[row], 1e-5, "p_oonc of row " + row);
                assertEquals(expected[1], scores.pEngagement()[row], 1e-5, "p_engagement of row " + row);
                assertEquals(expected[2], scores.score()[row], 1e-5, "score of row " + row);
            }
            if (isFolded && Precision.isBf16Native()) {
                assertBfloat16Agrees(model, batch, scores);
            }
        } finally {
            naive.close();
        }
    }

    /** With 8 bits of every activation, a probability keeps about two digits. */
    private static void assertBfloat16Agrees(ModelPackage model, FeatureBatch batch, HeavyScores expected) {
        try (HeavyModel brief = HeavyModel.load(model, TensorFlowThreads.DEFAULT, Precision.BF16)) {
            assertEquals(
                    Precision.BF16, brief.report().precision(), brief.report().reason());
            HeavyScores scores = brief.score(batch);
            for (int row = 0; row < batch.size(); row++) {
                assertEquals(expected.pOonc()[row], scores.pOonc()[row], 0.01, "p_oonc of row " + row);
                assertEquals(expected.score()[row], scores.score()[row], 0.01, "score of row " + row);
            }
        }
    }

    @Test
    void bfloat16NeedsACpuThatHasIt() throws IOException {
        ModelPackage model = write(params("{units: 8, kernel: 3, filters: 2, residual: false}"), 0);
        if (Precision.isBf16Native()) {
            try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT, Precision.BF16)) {
                assertTrue(heavy.report().reason().contains("top-10 overlap"), () -> heavy.report()
                        .toString());
            }
            return;
        }
        assertEquals(
                "precision must be fp32 or auto, but is bf16: this CPU has neither avx512_bf16 nor amx_bf16 among its"
                        + " flags",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> HeavyModel.load(model, TensorFlowThreads.DEFAULT, Precision.BF16))
                        .getMessage());
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT, Precision.AUTO)) {
            assertEquals(
                    new HeavyModel.Report(
                            true, Precision.FP32, "this CPU has neither avx512_bf16 nor amx_bf16 among its flags"),
                    heavy.report());
        }
    }

    private static HeavyParams params(String blocks) {
        return HeavyParams.parse(
                "test",
                SampleParams.text("sample-heavy")
                        .replaceAll("(?m)^ *- .*units.*\n", "")
                        .replace("blocks:", "blocks: [" + blocks.replace(';', ',') + "]"));
    }

    private ModelPackage write(HeavyParams params, double negativeScales) throws IOException {
        ModelExport export = RandomHeavyRanker.write(params, SHAPE, 11, negativeScales, folder.resolve("export"));
        return ModelPackage.write(folder.resolve("models").toString(), "1", export, new Configuration());
    }

    private float[] savedModelScores(FeatureBatch batch, int hashBits) {
        try (SavedModelBundle saved =
                        SavedModelBundle.load(folder.resolve("export").toString(), "serve");
                FeatureTensors features = FeatureTensors.of(batch, batch.capacity(), hashBits, ModelKind.HEAVY)) {
            Session.Runner runner = saved.session().runner();
            features.byName().forEach(runner::feed);
            try (Result result = runner.fetch("score").run()) {
                float[] scores = new float[batch.capacity()];
                ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(scores);
                return scores;
            }
        }
    }
}
