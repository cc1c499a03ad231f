package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParamsTest {
    @Test
    void shippedFilesAreRead() {
        HeavyParams heavy = HeavyParams.parse("heavy.yaml", SampleParams.text("heavy"));
        assertEquals(
                new ClemNet(
                        Stream.of(1024, 512, 256, 128)
                                .map(units -> ClemNet.Block.published(units, 3, 5, false))
                                .toList(),
                        0.1),
                heavy.model());
        assertEquals(18, heavy.hashBits());
        assertEquals(OptimizerKind.ADAM, heavy.training().optimizer());
        LightParams light = LightParams.parse("light.yaml", SampleParams.text("light"));
        assertEquals(LightLabel.HEAVY_SCORE, light.label());
        assertEquals(List.of(64, 16, 4), light.hiddenUnits());
        HeavyParams.parse("small-heavy.yaml", SampleParams.text("small-heavy"));
        HeavyParams.parse("sample-heavy.yaml", SampleParams.text("sample-heavy"));
        assertEquals(
                new MaskNet(3, 32, 0.5, List.of(32)),
                HeavyParams.parse("masknet.yaml", SampleParams.text("masknet")).model());
        assertEquals(
                new DeepCross(2, 0, List.of(128, 64)),
                HeavyParams.parse("dcn.yaml", SampleParams.text("dcn")).model());
        HeavyParams logistic = HeavyParams.parse("logistic.yaml", SampleParams.text("logistic"));
        assertEquals(new Logistic(0.01, 100, 200_000), logistic.model());
        assertNull(logistic.training());
        LightParams.parse("sample-light.yaml", SampleParams.text("sample-light"));
    }

    @Test
    void everyParamsFileThatShipsIsReadAndReadsBackTheSameFromAPackage() throws IOException {
        // Surefire runs in the module's folder.
        for (String folder : List.of("../conf/models", "src/main/resources/bench")) {
            List<Path> files;
            try (Stream<Path> walk = Files.walk(Path.of(folder))) {
                files = walk.filter(file -> file.toString().endsWith(".yaml")).toList();
            }
            assertFalse(files.isEmpty(), () -> folder + " must have params files, but has none");
            for (Path file : files) {
                String yaml = Files.readString(file, StandardCharsets.UTF_8);
                if (file.getFileName().toString().contains("light")) {
                    LightParams light = LightParams.parse(file.toString(), yaml);
                    assertEquals(light, ParamsYaml.wholeLight("params.yaml", light.toYaml()), file.toString());
                } else {
                    HeavyParams heavy = HeavyParams.parse(file.toString(), yaml);
                    assertEquals(heavy, ParamsYaml.wholeHeavy("params.yaml", heavy.toYaml()), file.toString());
                }
            }
        }
    }

    @Test
    void paramsOfTheSamplesModelsKeepTheirBytes() throws IOException {
        String heavy = Files.readString(Path.of("../sample-data/models/heavy/1/params.yaml"), StandardCharsets.UTF_8);
        assertEquals(heavy, ParamsYaml.wholeHeavy("params.yaml", heavy).toYaml());
        String light = Files.readString(Path.of("../sample-data/models/light/1/params.yaml"), StandardCharsets.UTF_8);
        assertEquals(light, ParamsYaml.wholeLight("params.yaml", light).toYaml());
    }

    /** So that nobody who changes a default of heavy.yaml or light.yaml changes another file's meaning unawares. */
    @ParameterizedTest
    @CsvSource({
        "small-heavy, ../conf/models/small-heavy.yaml",
        "sample-heavy, ../conf/models/sample-heavy.yaml",
        "sample-light, ../conf/models/sample-light.yaml",
        "masknet, ../conf/models/masknet.yaml",
        "dcn, ../conf/models/dcn.yaml",
        "logistic, ../conf/models/logistic.yaml",
        "bench-masknet, src/main/resources/bench/params/masknet.yaml",
        "bench-dcn, src/main/resources/bench/params/dcn.yaml",
        "bench-logistic, src/main/resources/bench/params/logistic.yaml",
        "bench-light, src/main/resources/bench/light.yaml"
    })
    void aFileOfWhatDiffersMeansItsWholeForm(String name, Path file) throws IOException {
        String yaml = Files.readString(file, StandardCharsets.UTF_8);
        if (name.endsWith("light")) {
            assertEquals(ParamsYaml.wholeLight(name, wholeForm(name)), LightParams.parse(name, yaml));
        } else {
            assertEquals(ParamsYaml.wholeHeavy(name, wholeForm(name)), HeavyParams.parse(name, yaml));
        }
    }

    @Test
    void thePublishedParamsMeanTheirWholeForm() throws IOException {
        JsonNode whole = Documents.tree("published", wholeForm("published"));
        String yaml = SampleParams.text("published");
        assertEquals(
                ParamsYaml.wholeHeavy("published", Documents.toYaml(whole.get("heavy"))),
                HeavyParams.parse("published", yaml));
        assertEquals(
                ParamsYaml.wholeLight("published", Documents.toYaml(whole.get("light"))),
                LightParams.parse("published", yaml));
    }

    private static String wholeForm(String name) throws IOException {
        return Files.readString(Path.of("src/test/resources/params", name + ".yaml"), StandardCharsets.UTF_8);
    }

    @Test
    void whatAFileLeavesOutIsAsShipped() {
        HeavyParams shipped = HeavyParams.parse("heavy.yaml", SampleParams.text("heavy"));
        assertEquals(shipped, HeavyParams.parse("mine.yaml", "{}"));
        assertEquals(LightParams.parse("light.yaml", SampleParams.text("light")), LightParams.parse("mine.yaml", "{}"));
        HeavyParams mine = HeavyParams.parse(
                "mine.yaml",
                "hash_bits: 7\nclemnet: {blocks: [{units: 8, kernel: 1, filters: 0, residual: true}]}\n"
                        + "training: {patience: 9}");
        assertEquals(7, mine.hashBits());
        assertEquals(
                new ClemNet(List.of(ClemNet.Block.published(8, 1, 0, true)), 0.1),
                mine.model(),
                "a list replaces, a map is laid over");
        assertEquals(9, mine.training().patience());
        assertEquals(shipped.training().batchRows(), mine.training().batchRows());
        assertEquals(7, HeavyParams.parse("mine.yaml", "heavy: {hash_bits: 7}").hashBits());
        requireRefusal("heavy.yaml: must hold keys and values, but is empty", "# nothing");
    }

    @Test
    void anotherModelHasItsOwnSectionAndNoneOfTheKeysThatItHasNoUseFor() {
        HeavyParams dcn = HeavyParams.parse("mine.yaml", "model: dcn");
        assertEquals(HeavyParams.parse("dcn.yaml", SampleParams.text("dcn")).model(), dcn.model());
        assertEquals(18, dcn.hashBits());
        assertEquals(
                new DeepCross(5, 0, List.of(4)),
                HeavyParams.parse("mine.yaml", "model: dcn\ndcn: {cross_layers: 5, hidden_units: [4]}")
                        .model());
        HeavyParams logistic = HeavyParams.parse("mine.yaml", "model: logistic\nlogistic: {penalty: 1}");
        assertEquals(new Logistic(1, 100, 200_000), logistic.model());
        assertNull(logistic.embeddingDimensions());
        assertNull(logistic.training());
    }

    @Test
    void whatAPackageKeepsIsWhole() {
        String kept =
                HeavyParams.parse("heavy.yaml", SampleParams.text("heavy")).toYaml();
        assertNull(((ClemNet) ParamsYaml.wholeHeavy("p", kept.replace("  initial_scale: 0.1\n", ""))
                        .model())
                .initialScale());
        requireWholeRefusal("p: key training.patience is missing", kept.replace("  patience: 5\n", ""));
        requireWholeRefusal(
                "p: key model is missing, it must be one of [clemnet, masknet, dcn, logistic]; the keys are [hash_bits]",
                "hash_bits: 18");
        requireWholeRefusal(
                "p: key dcn is missing", kept.replaceFirst("(?s)clemnet:.*", "").replace("clemnet", "dcn"));
    }

    private static void requireWholeRefusal(String message, String yaml) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> ParamsYaml.wholeHeavy("p", yaml))
                        .getMessage());
    }

    @Test
    void anUnknownKeyIsRefusedWithTheKnownOnes() {
        requireRefusal(
                "heavy.yaml: unknown key hash_bit, known keys: clemnet, dcn, embedding_dimensions, engagement_weight,"
                        + " hash_bits, logistic, masknet, model, oonc_weight, second_loss_denominator, sparse_branch,"
                        + " training",
                "hash_bit: 18");
        requireRefusal(
                "heavy.yaml: unknown key modle, known keys: clemnet, dcn, embedding_dimensions, engagement_weight,"
                        + " hash_bits, logistic, masknet, model, oonc_weight, second_loss_denominator, sparse_branch,"
                        + " training",
                "modle: dcn\ndcn: {rank: 1}");
    }

    @Test
    void anUnknownKeyOfASectionIsNamedWithItsSection() {
        requireRefusal(
                "heavy.yaml: unknown key training.learn_rate, known keys: batch_rows, clip_norm,"
                        + " evaluate_every_steps, gradient_noise, learning_rate, learning_rate_cosine_steps,"
                        + " learning_rate_decay, learning_rate_halving_steps,"
                        + " learning_rate_warm_up_steps, maximum_epochs,"
                        + " maximum_evaluation_rows, maximum_steps, momentum, momentum_ramp, optimizer, patience,"
                        + " renorm_maximum_scale, renorm_maximum_shift, renorm_momentum, renorm_ramp_steps, seed,"
                        + " statistics_rows, tolerance, trainable, weighted_loss, weighted_objective",
                SampleParams.text("heavy").replace("learning_rate: 0.001", "learn_rate: 0.001"));
    }

    @Test
    void aRepeatedKeyIsRefused() {
        requireRefusal(
                "heavy.yaml, line 2: Duplicate field 'kernel'", "clemnet:\n  blocks: [{kernel: 3, kernel: 5}]\n");
    }

    @Test
    void aValueOutsideItsRangeIsRefusedWithKeyValueAndBound() {
        requireRefusal(
                "heavy.yaml: hash_bits must be between 1 and 24, but is 40",
                SampleParams.text("heavy").replace("hash_bits: 18", "hash_bits: 40"));
        requireRefusal(
                "heavy.yaml: training.learning_rate must be in (0, 1], but is 0",
                SampleParams.text("heavy").replace("learning_rate: 0.001", "learning_rate: 0"));
    }

    @Test
    void aModelThatIsNotThereIsRefusedWithThoseThatAre() {
        requireRefusal(
                "heavy.yaml: model must be one of [clemnet, masknet, dcn, logistic], but is clem",
                SampleParams.text("heavy").replace("model: clemnet", "model: clem"));
    }

    @Test
    void aSectionOfAnotherModelIsRefused() {
        requireRefusal(
                "heavy.yaml: section dcn must be absent where model is clemnet",
                SampleParams.text("heavy") + "dcn: {cross_layers: 2, rank: 0, hidden_units: [8]}\n");
        requireRefusal(
                "heavy.yaml: section clemnet must be absent where model is dcn",
                SampleParams.text("heavy").replace("model: clemnet", "model: dcn"));
    }

    @Test
    void aKeyThatTheModelHasNoUseForIsRefused() {
        requireRefusal(
                "heavy.yaml: key embedding_dimensions must be absent where model is logistic",
                SampleParams.text("logistic") + "embedding_dimensions: 8\n");
        Logistic logistic = new Logistic(0, 1, 2);
        assertEquals(
                "key embedding_dimensions must be absent where model is logistic",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new HeavyParams(logistic, 10, 8, null, 0.9, 0.1, null, null))
                        .getMessage());
        DeepCross dcn = new DeepCross(1, 0, List.of(8));
        assertEquals(
                "key embedding_dimensions is missing",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new HeavyParams(dcn, 10, null, null, 0.9, 0.1, null, null))
                        .getMessage());
    }

    @Test
    void theSparseBranchMayBeLeftOut() {
        HeavyParams with = HeavyParams.parse("heavy.yaml", "{}");
        assertNull(with.sparseBranch());
        assertEquals(with, HeavyParams.parse("heavy.yaml", "sparse_branch: true"));
        HeavyParams without = HeavyParams.parse("heavy.yaml", "sparse_branch: false");
        assertFalse(without.hasSparseBranch());
        assertEquals(without, ParamsYaml.wholeHeavy("params.yaml", without.toYaml()));
        FeatureShape shape = new FeatureShape(3, 1);
        for (String model : List.of("clemnet", "masknet", "dcn")) {
            HeavyRanker ranker =
                    new HeavyRanker(HeavyParams.parse("f", "sparse_branch: false\nmodel: " + model), shape);
            assertFalse(ranker.variableShapes().keySet().stream().anyMatch(name -> name.startsWith("sparse")), model);
        }
        LightRanker light = new LightRanker(LightParams.parse("f", "sparse_branch: false"), new FeatureShape(3, 0));
        assertFalse(light.variableShapes().keySet().stream().anyMatch(name -> name.startsWith("sparse")));
        requireRefusal(
                "heavy.yaml: key sparse_branch must be absent where model is logistic",
                "model: logistic\nsparse_branch: false");
    }

    @Test
    void valuesOfAModelsOwnSectionAreChecked() {
        requireRefusal(
                "heavy.yaml: masknet.blocks must be between 1 and 64, but is 0",
                SampleParams.text("masknet").replace("blocks: 3", "blocks: 0"));
        requireRefusal(
                "heavy.yaml: masknet.block_units must be between 1 and 16384, but is 0",
                SampleParams.text("masknet").replace("block_units: 32", "block_units: 0"));
        requireRefusal(
                "heavy.yaml: masknet.reduction_ratio must be in (0, 16], but is 0",
                SampleParams.text("masknet").replace("reduction_ratio: 0.5", "reduction_ratio: 0"));
        requireRefusal(
                "heavy.yaml: masknet.hidden_units[0] must be between 1 and 16384, but is 0",
                SampleParams.text("masknet").replace("hidden_units: [32]", "hidden_units: [0]"));
        requireRefusal(
                "heavy.yaml: dcn.cross_layers must be between 1 and 16, but is 17",
                SampleParams.text("dcn").replace("cross_layers: 2", "cross_layers: 17"));
        requireRefusal(
                "heavy.yaml: dcn.rank must be between 0 and 4096, but is -1",
                SampleParams.text("dcn").replace("rank: 0", "rank: -1"));
        requireRefusal(
                "heavy.yaml: dcn.hidden_units must be a list of at least 1 number, but is []",
                SampleParams.text("dcn").replace("[128, 64]", "[]"));
        requireRefusal(
                "heavy.yaml: unknown key dcn.ranks, known keys: cross_layers, hidden_units, rank",
                SampleParams.text("dcn").replace("rank: 0", "ranks: 0"));
        requireRefusal(
                "heavy.yaml: logistic.penalty must be between 0 and 1000, but is -1",
                SampleParams.text("logistic").replace("penalty: 0.01", "penalty: -1"));
        requireRefusal(
                "heavy.yaml: logistic.iterations must be between 1 and 10000, but is 0",
                SampleParams.text("logistic").replace("iterations: 100", "iterations: 0"));
        requireRefusal(
                "heavy.yaml: logistic.maximum_evaluation_rows must be at least 2, but is 1",
                SampleParams.text("logistic").replace("maximum_evaluation_rows: 200000", "maximum_evaluation_rows: 1"));
    }

    @Test
    void withoutAnInitialScaleKernelsStartAsPublished() {
        HeavyParams params = HeavyParams.parse("heavy.yaml", "clemnet: {initial_scale: null}");
        assertNull(((ClemNet) params.model()).initialScale());
        assertEquals(params, ParamsYaml.wholeHeavy("params.yaml", params.toYaml()), "as a package keeps it");
        requireRefusal(
                "heavy.yaml: clemnet.initial_scale must be in (0, 1], but is 0",
                SampleParams.text("heavy").replace("initial_scale: 0.1", "initial_scale: 0"));
        requireRefusal(
                "heavy.yaml: clemnet.initial_scale must be in (0, 1], but is 1.5",
                SampleParams.text("heavy").replace("initial_scale: 0.1", "initial_scale: 1.5"));
    }

    @Test
    void aBlockIsNamedByItsPlace() {
        String third = "{units: 256, kernel: 3, filters: 5, residual: false}";
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].units must be between 0 and 16384, but is -1",
                SampleParams.text("heavy").replace("units: 256", "units: -1"));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].kernel must be odd, from 1 to 99, but is 4",
                SampleParams.text("heavy").replace(third, third.replace("kernel: 3", "kernel: 4")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].filters must be between 0 and 256, but is 300",
                SampleParams.text("heavy").replace(third, third.replace("filters: 5", "filters: 300")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].units + filters must be above 0, but is 0",
                SampleParams.text("heavy")
                        .replace(third, third.replace("units: 256", "units: 0").replace("filters: 5", "filters: 0")));
        requireRefusal(
                "heavy.yaml: unknown key clemnet.blocks[2].width, known keys: activation, bias, filters, initializer,"
                        + " kernel, padding, residual, strides, units",
                SampleParams.text("heavy").replace(third, third.replace("kernel", "width")));
        requireRefusal(
                "heavy.yaml: key clemnet.blocks[2].residual is missing",
                SampleParams.text("heavy").replace(third, third.replace(", residual: false", "")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].strides must be between 1 and 99, but is 0",
                SampleParams.text("heavy").replace(third, third.replace("}", ", strides: 0}")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].activation must be one of [relu, linear, tanh, sigmoid, gelu, swish], but is"
                        + " elu",
                SampleParams.text("heavy").replace(third, third.replace("}", ", activation: elu}")));
        for (String length : List.of("strides: 2", "padding: valid")) {
            requireRefusal(
                    "heavy.yaml: clemnet.blocks[2].residual must be false where strides or padding change the length, but"
                            + " is true",
                    SampleParams.text("heavy")
                            .replace(third, third.replace("residual: false", "residual: true, " + length)));
        }
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2] must hold keys and values, but is 256",
                SampleParams.text("heavy").replace(third, "256"));
        requireRefusal(
                "heavy.yaml: clemnet.blocks must be a list of at least 1 block, but is []",
                SampleParams.text("heavy").replaceAll("(?m)^ *- .*units.*$", "").replace("blocks:", "blocks: []"));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].units must be a whole number, but is \"wide\"",
                SampleParams.text("heavy").replace(third, third.replace("units: 256", "units: wide")));
    }

    private static IllegalArgumentException refusal(String yaml) {
        return assertThrows(IllegalArgumentException.class, () -> HeavyParams.parse("heavy.yaml", yaml));
    }

    @Test
    void learningRateRisesAndThenFalls() {
        TrainingParams warm = training("warm_up_steps: 0", "warm_up_steps: 4");
        assertEquals(0.00025, warm.learningRateAt(0), 1e-12);
        assertEquals(0.001, warm.learningRateAt(3), 1e-12);
        assertEquals(0.001, warm.learningRateAt(1000), 1e-12);
        TrainingParams halving = training("halving_steps: 0", "halving_steps: 100");
        assertEquals(0.001, halving.learningRateAt(0), 1e-12);
        assertEquals(0.0005, halving.learningRateAt(100), 1e-12);
        TrainingParams cosine = training("cosine_steps: 0", "cosine_steps: 100");
        assertEquals(0.001, cosine.learningRateAt(0), 1e-12);
        assertEquals((1 + 0.01) / 2 * 0.001, cosine.learningRateAt(50), 1e-12);
        assertEquals(0.00001, cosine.learningRateAt(100), 1e-12);
        assertEquals(0.00001, cosine.learningRateAt(5000), 1e-12);
        requireRefusal(
                "heavy.yaml: training.learning_rate_cosine_steps must be 0 where learning_rate_halving_steps is not,"
                        + " but is 9",
                SampleParams.text("heavy")
                        .replace("cosine_steps: 0", "cosine_steps: 9")
                        .replace("halving_steps: 0", "halving_steps: 5"));
    }

    private static TrainingParams training(String key, String replacement) {
        return HeavyParams.parse("heavy.yaml", SampleParams.text("heavy").replace(key, replacement))
                .training();
    }

    @Test
    void renormalizationHasItsOwnStatisticsAndNoBoundsWhereTheParamsSaySo() {
        TrainingParams shipped = HeavyParams.parse("heavy.yaml", "{}").training();
        assertNull(shipped.renormMomentum());
        assertEquals(1, shipped.renormScaleAt(0));
        assertEquals(2, shipped.renormScaleAt(1000));
        assertEquals(3, shipped.renormScaleAt(9000));
        assertEquals(2.5, shipped.renormShiftAt(1000));
        HeavyParams own = HeavyParams.parse(
                "heavy.yaml",
                "training: {renorm_momentum: 0.99, renorm_maximum_scale: null, renorm_maximum_shift: null}");
        assertEquals(0.99, own.training().renormMomentum());
        assertEquals(Float.POSITIVE_INFINITY, own.training().renormScaleAt(0));
        assertEquals(Float.POSITIVE_INFINITY, own.training().renormShiftAt(0));
        assertEquals(own, ParamsYaml.wholeHeavy("params.yaml", own.toYaml()));
        requireRefusal(
                "heavy.yaml: training.renorm_momentum must be in [0, 1), but is 1", "training: {renorm_momentum: 1}");
        assertEquals(
                "light.yaml: adaptive_momentum must be in [0, 1), but is -1",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> LightParams.parse("light.yaml", "adaptive_momentum: -1"))
                        .getMessage());
    }

    @Test
    void recordWeightsMayBeLeftOutButAreStrict() {
        String yaml = SampleParams.text("light");
        assertNull(LightParams.parse("light.yaml", yaml).recordWeights());
        LightParams weighted = LightParams.parse(
                "light.yaml", yaml.replace("record_weights: null", "record_weights: {smooth: 0.5, minimum: 0.1}"));
        assertEquals(new RecordWeights(0.5, 0.1), weighted.recordWeights());
        assertEquals(weighted, ParamsYaml.wholeLight("params.yaml", weighted.toYaml()));
        requireLightRefusal(
                "light.yaml: unknown key record_weights.floor, known keys: minimum, smooth",
                "record_weights: {smooth: 0.5, floor: 0.1}");
        requireLightRefusal("light.yaml: key record_weights.minimum is missing", "record_weights: {smooth: 0.5}");
        requireLightRefusal(
                "light.yaml: record_weights.minimum must be between 0 and 1, but is 2",
                "record_weights: {smooth: 0.5, minimum: 2}");
    }

    private static void requireLightRefusal(String message, String weights) {
        String yaml = SampleParams.text("light").replace("record_weights: null", weights);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> LightParams.parse("light.yaml", yaml));
        assertEquals(message, refusal.getMessage());
    }

    private static void requireRefusal(String message, String yaml) {
        assertEquals(message, refusal(yaml).getMessage());
    }
}
