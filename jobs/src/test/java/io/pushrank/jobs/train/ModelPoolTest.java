package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The architectures beside ClemNet, from their shipped params files. */
class ModelPoolTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);

    @TempDir
    private Path folder;

    private static HeavyParams params(String model, int steps) {
        return HeavyParams.parse("test", text(model, steps));
    }

    private static String text(String model, int steps) {
        return SampleParams.whole(model)
                .replaceAll("maximum_steps: [0-9]+", "maximum_steps: " + steps)
                .replaceAll("evaluate_every_steps: [0-9]+", "evaluate_every_steps: 100")
                .replaceAll("learning_rate: [0-9.]+", "learning_rate: 0.003")
                .replaceAll("batch_rows: [0-9]+", "batch_rows: 256");
    }

    private ModelExport train(HeavyParams params, String name) {
        return HeavyTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(8000, 1, true)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, true)),
                params,
                SHAPE,
                "features",
                folder.resolve(name),
                TensorFlowThreads.DEFAULT,
                System.out::println);
    }

    private ModelPackage write(ModelExport export, String version) {
        return ModelPackage.write(folder.resolve("models").toString(), version, export, new Configuration());
    }

    @ParameterizedTest
    @ValueSource(strings = {"masknet", "dcn"})
    void learnsAnInteractionThatNoLinearModelSees(String model) {
        HeavyParams params = params(model, 300);
        ModelExport export = train(params, "export");
        assertTrue(export.metrics().get("oonc_roc_auc") > 0.95, () -> export.metrics()
                .toString());
        assertTrue(export.metrics().get("engagement_conditional_roc_auc") > 0.95, () -> export.metrics()
                .toString());
        HeavyTrainerTest.requireAgreement(write(export, "1"), params, export.directory());
    }

    @ParameterizedTest
    @ValueSource(strings = {"masknet", "dcn"})
    void sameSeedGivesTheSameBytes(String model) {
        HeavyParams brief = params(model, 20);
        assertEquals(
                write(train(brief, "first"), "1").manifest().files(),
                write(train(brief, "second"), "2").manifest().files());
    }

    @Test
    void crossLayersOfLowRankAgreeToo() {
        requireAgreement(text("dcn", 20).replace("rank: 0", "rank: 3"));
    }

    @Test
    void masksWiderThanTheInputAndNoLayersBehindTheBlocksAgreeToo() {
        requireAgreement(text("masknet", 20)
                .replace("reduction_ratio: 0.5", "reduction_ratio: 2.0")
                .replace("hidden_units:\n  - 32", "hidden_units: []"));
    }

    private void requireAgreement(String yaml) {
        HeavyParams params = HeavyParams.parse("test", yaml);
        ModelExport export = train(params, "export");
        HeavyTrainerTest.requireAgreement(write(export, "1"), params, export.directory());
    }
}
