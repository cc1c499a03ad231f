package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.examples.SentItems;
import io.pushrank.jobs.examples.SplitExamples;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.FeatureForm;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** From a table of examples to a model in use. */
class TrainingTest {
    private static final FeatureList FEATURES = FeatureList.parse(
            "features.yaml",
            """
            features:
            - {name: a, type: continuous, expression: a, light: true}
            - {name: b, type: continuous, expression: b, light: true}
            - {name: c, type: binary, expression: a > 5}
            """);

    private static final SentItems NOTHING_SENT =
            new SentItems(SharedSpark.session(), new Layout("no-input", "no-output", "no-models"));

    @TempDir
    private Path models;

    private static Dataset<Row> examples() {
        Dataset<Row> rows = SharedSpark.session()
                .range(2000)
                .selectExpr(
                        "timestamp'2026-03-01 12:00:00' + make_interval(0, 0, 0, 0, id % 10) AS as_of",
                        "id DIV 100 AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "abs(xxhash64(id)) % 10 AS a",
                        "abs(xxhash64(id, 1)) % 10 AS b",
                        "1F AS weight")
                .withColumn("label_oonc", expr("CAST(a > 4 AS FLOAT)"))
                .withColumn("label_engagement", expr("CAST(a > 7 AS FLOAT)"))
                .withColumn("label_dislike", expr("0F"));
        return FeatureColumns.append(
                FeatureForm.BOTH,
                rows,
                new Column[] {col("*")},
                FEATURES,
                FeatureErrors.of(SharedSpark.session()),
                Map.of(),
                lit(true));
    }

    @Test
    void bothRankersAreTrainedAndLeaveNothingBehindButTheirCurves() throws IOException {
        Configuration hadoop = new Configuration();
        Training training = new Training(
                SplitExamples.byShare(examples(), 0.2),
                FEATURES,
                models.toString(),
                hadoop,
                progress -> {},
                Training.Settings.DEFAULT);
        ModelPackage heavy = training.heavy("1", SampleParams.heavy(20));
        ModelPackage light = training.light(
                "1",
                LightParams.parse(
                        "light.yaml",
                        SampleParams.light(20)
                                .toYaml()
                                .replace("training:", "record_weights: {smooth: 0, minimum: 0.1}\ntraining:")),
                NOTHING_SENT);
        assertEquals(
                heavy.digest(),
                ModelPackage.champion(models.toString(), ModelKind.HEAVY, hadoop)
                        .digest());
        assertTrue(light.paramsYaml().contains("minimum: 0.1"), light::paramsYaml);
        for (String kind : List.of("heavy", "light")) {
            assertEquals(List.of("1", "1-evaluations", "champion"), names(models.resolve(kind)));
            List<String> events = names(models.resolve(kind).resolve("1-evaluations/training"));
            assertEquals(1, events.size());
            assertTrue(events.get(0).startsWith("events.out.tfevents."), events::toString);
        }

        Training later =
                training(examples().filter("as_of >= '2026-03-01 17:00:00'"), Training.Settings.warmStart(heavy));
        TrainedOn range = TrainedOn.of(later.heavy("2", SampleParams.heavy(2))).orElseThrow();
        assertEquals(TrainedOn.of(heavy).orElseThrow().first(), range.first());
        assertEquals(TrainedOn.of(heavy).orElseThrow().last(), range.last());
        assertTrue(range.learned().isBefore(range.last()), "the last instants are held out");
        assertEquals(Duration.ofHours(9), Duration.between(range.first(), range.last()));

        refuses(
                "--model-version must name a version that does not exist yet, but is 1, which is " + models
                        + "/heavy/1",
                () -> training(examples(), Training.Settings.DEFAULT).heavy("1", SampleParams.heavy(20)));
        refuses(
                "--warm-start must be left out for the model logistic, which is fitted at once, but is 1",
                () -> later.heavy("3", HeavyParams.parse("logistic", SampleParams.text("logistic"))));
    }

    @Test
    void theLightRankerLearnsWhatTheDaysSendsSay(@TempDir Path output) {
        training(examples(), Training.Settings.DEFAULT).heavy("1", SampleParams.heavy(2));
        Training training = training(examples(), Training.Settings.DEFAULT);
        LightParams params = LightParams.parse(
                "light.yaml", SampleParams.light(2).toYaml().replace("label: heavy_score", "label: sent"));
        PushrankException refusal =
                assertThrows(PushrankException.class, () -> training.light("1", params, NOTHING_SENT));
        assertEquals(
                "label sent must find published sends of every day of the examples in no-output/sends, but finds none of"
                        + " [2026-03-01]: run daily for these dates, or choose label top1, the heavy ranker's best",
                refusal.getMessage());
        assertEquals(3, refusal.exitCode().code());

        Layout layout = new Layout("no-input", output.toString(), models.toString());
        Set<Long> sent = Set.of(3L, 250L, 251L, 1999L);
        Published.write(
                layout,
                Table.SENDS,
                LocalDate.of(2026, 3, 1),
                sent.stream()
                        .map(item ->
                                Map.<String, Object>of("user_id", item / 100, "item_type", "post", "item_id", item))
                        .toList());
        assertEquals(
                sent,
                training
                        .labeled(examples(), params, new SentItems(SharedSpark.session(), layout))
                        .filter("heavy_score = 1")
                        .collectAsList()
                        .stream()
                        .map(row -> row.<Long>getAs("item_id"))
                        .collect(Collectors.toSet()));
    }

    private Training training(Dataset<Row> examples, Training.Settings settings) {
        return training(SplitExamples.byShare(examples, 0.2), settings, progress -> {});
    }

    private Training training(SplitExamples examples, Training.Settings settings, TrainingProgress.Listener listener) {
        return new Training(examples, FEATURES, models.toString(), new Configuration(), listener, settings);
    }

    @Test
    void severalWorkersBeginWithAVersionAndWriteTheNext() throws IOException {
        HeavyParams params = HeavyParams.parse(
                "test",
                SampleParams.heavy(3)
                        .toYaml()
                        .replaceAll(
                                "(?s)  blocks:.*?(?=  initial_scale)",
                                "  blocks: [{units: 8, kernel: 3, filters: 2, residual: false}]\n"));
        ModelPackage first = training(examples(), Training.Settings.DEFAULT).heavy("1", params);
        Training.Settings together =
                new Training.Settings(TensorFlowThreads.DEFAULT, null, 0, null, first, true, false, 2);
        List<String> lines = new ArrayList<>();
        SplitExamples split = SplitExamples.byShare(examples(), 0.2);
        ModelPackage second =
                training(split, together, line -> lines.add(line.toString())).heavy("2", params);
        assertEquals(6, second.manifest().metrics().get("steps").intValue());
        assertTrue(lines.get(1).startsWith("resumed at step 3, epoch 0, from "), lines::toString);
        assertEquals(List.of("1", "1-evaluations", "2", "2-evaluations", "champion"), names(models.resolve("heavy")));
        refuses(
                "--workers must be left out for the light ranker, which one process trains, but is 2",
                () -> training(split, together, line -> {}).light("1", SampleParams.light(3), NOTHING_SENT));
    }

    @Test
    void aTrainingGoesOnWithNewDaysAndIsHeldAgainstThoseItIsGiven() throws IOException {
        ModelPackage first = training(examples().filter("as_of < '2026-03-01 17:00:00'"), Training.Settings.DEFAULT)
                .heavy("1", SampleParams.heavy(6));
        List<String> lines = new ArrayList<>();
        SplitExamples days = new SplitExamples(
                examples().filter("as_of >= '2026-03-01 17:00:00' AND as_of < '2026-03-01 20:00:00'"),
                examples().filter("as_of >= '2026-03-01 20:00:00'"));
        Training.Settings settings =
                new Training.Settings(TensorFlowThreads.DEFAULT, null, 0, null, first, true, false, 1);
        ModelPackage second =
                training(days, settings, line -> lines.add(line.toString())).heavy("2", SampleParams.heavy(6));

        int learned = first.manifest().metrics().get("steps").intValue();
        assertEquals(6, learned);
        assertTrue(lines.get(0).startsWith("step 6, as it began: "), lines::toString);
        assertEquals(12, second.manifest().metrics().get("steps").intValue());
        TrainedOn range = TrainedOn.of(second).orElseThrow();
        assertEquals(TrainedOn.of(first).orElseThrow().first(), range.first());
        assertEquals(Instant.parse("2026-03-01T19:00:00Z"), range.learned());
        assertEquals(TrainedOn.of(examples()).last(), range.last());

        LightParams params = LightParams.parse(
                "test", SampleParams.light(6).toYaml().replace("training:", "training:\n  renorm_momentum: 0.9"));
        ModelPackage light = training(examples().filter("as_of < '2026-03-01 17:00:00'"), Training.Settings.DEFAULT)
                .light("1", params, NOTHING_SENT);
        ModelPackage lighter = training(
                        days,
                        new Training.Settings(TensorFlowThreads.DEFAULT, null, 0, null, light, true, false, 1),
                        line -> {})
                .light("2", params, NOTHING_SENT);
        assertEquals(12, lighter.manifest().metrics().get("steps").intValue());

        refuses(
                "--continue 1: params must have the optimizer, and trainable variables, of the version, whose memory goes on, but"
                        + " have momentum: use --warm-start, which begins with the weights alone",
                () -> training(days, settings, line -> {})
                        .heavy(
                                "3",
                                HeavyParams.parse(
                                        "test",
                                        SampleParams.heavy(6)
                                                .toYaml()
                                                .replace("optimizer: adam", "optimizer: momentum"))));
        training(days, Training.Settings.DEFAULT, line -> {}).heavy("other", SampleParams.heavy(6));
        Path state = models.resolve("heavy/1-evaluations/training-state");
        FileUtils.deleteDirectory(state.toFile());
        FileUtils.copyDirectory(
                models.resolve("heavy/other-evaluations/training-state").toFile(), state.toFile());
        refuses(
                "--continue 1: the state in " + models
                        + "/heavy/1-evaluations/training-state is of other weights than the"
                        + " version's: use --warm-start, which begins with the weights alone",
                () -> training(days, settings, line -> {}).heavy("3", SampleParams.heavy(6)));
        FileUtils.deleteDirectory(state.toFile());
        refuses(
                "--continue 1: there is no state of its training in " + models
                        + "/heavy/1-evaluations/training-state: use --warm-start, which begins with the weights alone",
                () -> training(days, settings, line -> {}).heavy("3", SampleParams.heavy(6)));
        refuses("--continue must be left out for the model logistic, which is fitted at once, but is 1", () -> training(
                        days, settings, line -> {})
                .heavy("3", HeavyParams.parse("logistic", SampleParams.text("logistic"))));
    }

    @Test
    void aVersionThatMayNotBeIsRefusedBeforeAnyExampleIsRead() {
        // Examples that cannot be read.
        Dataset<Row> broken = examples().withColumn("as_of", expr("CAST(raise_error('read') AS TIMESTAMP)"));
        refuses(
                "--model-version: model version must be letters, digits, '.', '_' or '-', start with a letter or digit, and"
                        + " be neither \"champion\" nor end in \"-evaluations\", but is champion",
                () -> training(new SplitExamples(broken, broken), Training.Settings.DEFAULT, progress -> {})
                        .heavy("champion", SampleParams.heavy(20)));
    }

    private static void refuses(String message, Executable training) {
        PushrankException refusal = assertThrows(PushrankException.class, training);
        assertEquals(message, refusal.getMessage());
        assertEquals(2, refusal.exitCode().code());
    }

    @Test
    void aSecondVersionIsNotPutInUse() {
        Configuration hadoop = new Configuration();
        Training training = new Training(
                SplitExamples.byShare(examples(), 0.2),
                FEATURES,
                models.toString(),
                hadoop,
                progress -> {},
                Training.Settings.DEFAULT);
        training.heavy("1", SampleParams.heavy(2));
        ModelPackage second = training.heavy("2", SampleParams.heavy(4));
        ModelPackage used = ModelPackage.champion(models.toString(), ModelKind.HEAVY, hadoop);
        assertEquals("1", used.version());
        assertEquals("2", second.version());
        assertNotEquals(used.digest(), second.digest());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".crc"))
                    .sorted()
                    .toList();
        }
    }
}
