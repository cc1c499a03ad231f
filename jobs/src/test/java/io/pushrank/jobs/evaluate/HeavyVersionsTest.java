package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.RandomHeavyRanker;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.importance.ImportanceSettings;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.publish.PublishedViews;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.train.Recalibration;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.FeatureForm;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Versions with random weights, and examples whose labels are what version 2 says: it must beat version 1. */
class HeavyVersionsTest {
    private static final FeatureList FEATURES = FeatureList.parse(
            "features.yaml",
            """
            features:
            - {name: user.a, type: continuous, expression: a, light: true}
            - {name: user.b, type: continuous, expression: b, light: true}
            - {name: c, type: binary, expression: a > 5}
            """);

    private static final Configuration HADOOP = new Configuration();
    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    private static final Calibration HALVED = new Calibration(
            new Calibration.Curve(List.of(0.5), List.of(0.25)), new Calibration.Curve(List.of(0.5), List.of(0.4)));

    @TempDir
    private static Path folder;

    private static Layout layout;

    @BeforeAll
    static void writeModelsAndExamples() throws IOException {
        layout = new Layout(
                folder.resolve("input").toString(),
                folder.resolve("output").toString(),
                folder.resolve("models").toString());
        write("1", 1, FEATURES, null, NOON.minusSeconds(86_400));
        ModelPackage second = write("2", 2, FEATURES, null, NOON.minusSeconds(86_400));
        write("overlapping", 3, FEATURES, null, NOON);
        write("calibrated", 2, FEATURES, HALVED, NOON.minusSeconds(86_400));
        write(
                "other",
                4,
                FeatureList.parse("features.yaml", FEATURES.toYaml().replace("a > 5", "a > 6")),
                null,
                NOON.minusSeconds(86_400));
        ModelPackage.crown(layout.models(), ModelKind.HEAVY, "1", HADOOP);
        Dataset<Row> scored = HeavyScoring.score(rows(), "features", second, 64, TensorFlowThreads.DEFAULT);
        double median = scored.stat().approxQuantile("p_oonc", new double[] {0.5}, 0)[0];
        Column oonc = col("p_oonc").gt(median).cast("float");
        writeExamples(ExampleLabels.NOTIFICATIONS, scored.withColumn("label_oonc", oonc));
        writeExamples(ExampleLabels.ENGAGEMENTS, scored.withColumn("label_oonc", lit(0f)));
        new ExampleTable(SharedSpark.session(), layout).claim(FEATURES);
    }

    private static ModelPackage write(
            String version, long seed, FeatureList features, Calibration calibration, Instant last) throws IOException {
        HeavyParams params = HeavyParams.parse("sample-heavy.yaml", Resources.text("conf/models/sample-heavy.yaml"));
        Path export = folder.resolve("export-" + version);
        RandomHeavyRanker.write(params, features.heavyShape(), seed, 0, export);
        Files.writeString(export.resolve("features.yaml"), features.toYaml());
        if (calibration != null) {
            Files.writeString(export.resolve(Calibration.FILE), calibration.toJson());
        }
        Map<String, Double> made = Map.of(
                "examples_first_as_of",
                (double) last.minusSeconds(86_400).getEpochSecond(),
                "examples_last_as_of",
                (double) last.getEpochSecond());
        return ModelPackage.write(
                layout.models(),
                version,
                new ModelExport(export, ModelKind.HEAVY, features.heavyShape(), seed, made),
                HADOOP);
    }

    private static Dataset<Row> rows() {
        Dataset<Row> rows = SharedSpark.session()
                .range(0, 400, 1, 2)
                .selectExpr(
                        "timestamp'2026-03-02 12:00:00' AS as_of",
                        "id DIV 4 AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "array('popular') AS sources",
                        "id % 8 = 0 AS is_new_user",
                        "'active' AS user_state",
                        "pmod(xxhash64(id), 1000) / 100 AS a",
                        "pmod(xxhash64(id, 1), 1000) / 100 AS b",
                        "0F AS label_dislike",
                        "1F AS weight");
        return FeatureColumns.append(
                FeatureForm.BOTH,
                rows,
                new Column[] {col("*")},
                FEATURES,
                FeatureErrors.of(SharedSpark.session()),
                Map.of(),
                lit(true));
    }

    private static void writeExamples(ExampleLabels labels, Dataset<Row> labeled) {
        String folder = layout.output() + "/examples/ds=2026-03-02/labels=" + labels + "/hour=12";
        labeled.withColumn("label_engagement", expr("CAST(label_oonc = 1 AND item_id % 2 = 0 AS FLOAT)"))
                .select(List.of(Table.EXAMPLES.schema().fieldNames()).stream()
                        .map(name -> col(name))
                        .toArray(Column[]::new))
                .write()
                .parquet(folder);
        Storage storage = new Storage(labeled.sparkSession().sparkContext().hadoopConfiguration());
        Published.record(storage, layout, Channel.EXAMPLES, LocalDate.of(2026, 3, 2), folder, 0);
    }

    private static String promote(String version, double margin, ExampleLabels labels, boolean isExpected) {
        return promote(version, margin, labels, false, isExpected);
    }

    private static String promote(
            String version, double margin, ExampleLabels labels, boolean isWeighted, boolean isExpected) {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertEquals(isExpected, promotion().promote(ModelKind.HEAVY, version, margin, isWeighted, range(labels)));
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static Promotion promotion() {
        return new Promotion(SharedSpark.session(), layout, ConfigFile.shipped().config());
    }

    private static ExampleRange range(ExampleLabels labels) {
        return new ExampleRange(labels, null, null, null);
    }

    private static ModelPackage open(String version) {
        return ModelPackage.open(layout.models(), ModelKind.HEAVY, version, HADOOP);
    }

    private static void refuses(
            ExitCode exitCode, String message, String version, double margin, ExampleLabels labels) {
        PushrankException refusal = assertThrows(PushrankException.class, () -> promotion()
                .promote(ModelKind.HEAVY, version, margin, false, range(labels)));
        assertEquals(message, refusal.getMessage());
        assertEquals(exitCode, refusal.exitCode());
        assertEquals("1", used());
    }

    private static String used() {
        return ModelPackage.champion(layout.models(), ModelKind.HEAVY, HADOOP).version();
    }

    @Test
    void whoIsBetterIsPutInUseAndWhoIsWorseIsNot() throws IOException {
        try {
            String won = promote("2", 0.01, ExampleLabels.NOTIFICATIONS, true);
            assertTrue(won.contains("heavy/2 is in use now: better by at least 0.01000 of the champion's\n"), won);
            assertEquals("2", used());
            String file = layout.models() + "/heavy/2-evaluations/promotion-2026-03-02..2026-03-02.json";
            assertTrue(won.endsWith("written to " + file + "\n"), won);
            Metrics written = Metrics.parse(Files.readString(Path.of(file)));
            assertEquals(1, written.number("challenger_value"), 0.01);
            assertTrue(written.number("gain_low") > 0, written::toJson);

            // By weights, which are all 1, nothing else comes of it.
            ModelPackage.crown(layout.models(), ModelKind.HEAVY, "1", HADOOP);
            promote("2", 0.01, ExampleLabels.NOTIFICATIONS, true, true);
            Metrics byWeight = Metrics.parse(Files.readString(Path.of(file)));
            assertEquals("weighted pr_auc of oonc", byWeight.text("objective"));
            assertEquals(written.number("challenger_value"), byWeight.number("challenger_value"), 1e-12);

            String lost = promote("1", 0, ExampleLabels.NOTIFICATIONS, false);
            assertTrue(
                    lost.contains("heavy/1 is not promoted: it must be better by at least 0.000 of the champion's,"
                            + " and not by chance\n"),
                    lost);
            assertEquals("2", used());
        } finally {
            ModelPackage.crown(layout.models(), ModelKind.HEAVY, "1", HADOOP);
        }
    }

    @Test
    void versionsThatCannotBeComparedAreRefused() {
        refuses(
                ExitCode.USAGE,
                "--model-version must be another version than the one in use, but is 1, which " + layout.models()
                        + "/heavy/champion names",
                "1",
                0.01,
                ExampleLabels.NOTIFICATIONS);
        refuses(
                ExitCode.USAGE,
                "--from must be after 2026-03-02T12:00:00Z, the last instant of the examples that model "
                        + open("overlapping").directory()
                        + " was made with; the first instant chosen is 2026-03-02T12:00:00Z",
                "overlapping",
                0.01,
                ExampleLabels.NOTIFICATIONS);
        refuses(
                ExitCode.USAGE,
                "versions 1 and other in " + open("1").directory() + " and "
                        + open("other").directory()
                        + " take different features, and examples hold one list only: evaluate each on examples of its"
                        + " own list, or warm-start the one in use to the new list and compare with that",
                "other",
                0.01,
                ExampleLabels.NOTIFICATIONS);
        refuses(ExitCode.USAGE, "--margin must be between 0 and 10, but is -1", "2", -1, ExampleLabels.NOTIFICATIONS);
        assertEquals(
                layout.models() + "/heavy/9/manifest.json: expected a model manifest, found no file",
                assertThrows(ModelException.class, () -> promotion()
                                .promote(ModelKind.HEAVY, "9", 0.01, false, range(ExampleLabels.NOTIFICATIONS)))
                        .getMessage());
    }

    @Test
    void examplesThatTellNothingAreRefused() {
        refuses(
                ExitCode.INPUT_REJECTED,
                "none of the 400 examples labels=engagements from 2026-03-02 to 2026-03-02 is positive: PR-AUC needs"
                        + " both classes, name another range",
                "2",
                0.01,
                ExampleLabels.ENGAGEMENTS);
        refuses(
                ExitCode.INPUT_REJECTED,
                "there are no examples labels=candidates from null to null in " + layout.output()
                        + "/examples: run the verb examples first",
                "2",
                0.01,
                ExampleLabels.CANDIDATES);
    }

    @Test
    void aPackagesCalibrationIsAppliedToWhatItSays() {
        assertEquals(Optional.empty(), open("2").calibration());
        assertEquals(Optional.of(HALVED), open("calibrated").calibration());
        List<Row> calibrated = HeavyScoring.scoreWithRaw(
                        rows(), "features", open("calibrated"), 64, TensorFlowThreads.DEFAULT)
                .orderBy("item_id")
                .collectAsList();
        List<Row> plain = HeavyScoring.score(rows(), "features", open("2"), 64, TensorFlowThreads.DEFAULT)
                .orderBy("item_id")
                .collectAsList();
        for (int row = 0; row < plain.size(); row++) {
            double oonc = plain.get(row).<Float>getAs("p_oonc");
            double joint = plain.get(row).<Float>getAs("p_engagement");
            assertEquals(oonc, calibrated.get(row).<Float>getAs("raw_p_oonc"), 1e-6);
            assertEquals(joint, calibrated.get(row).<Float>getAs("raw_p_engagement"), 1e-6);
            double opened = oonc <= 0.5 ? oonc / 2 : 0.25 + (oonc - 0.5) * 1.5;
            double given = joint / oonc;
            double both = opened * (given <= 0.5 ? given * 0.8 : 0.4 + (given - 0.5) * 1.2);
            assertEquals(opened, calibrated.get(row).<Float>getAs("p_oonc"), 1e-5);
            assertEquals(both, calibrated.get(row).<Float>getAs("p_engagement"), 1e-5);
            assertEquals(0.9 * opened + 0.1 * both, calibrated.get(row).<Float>getAs("score"), 1e-5);
        }
    }

    @Test
    void thePageOfAnEvaluationIsWellFormedAndHoldsItsFigures() throws Exception {
        Evaluation evaluation = new HeavyEvaluation(
                        SharedSpark.session(), layout, ConfigFile.shipped().config())
                .evaluate(range(ExampleLabels.NOTIFICATIONS), "1");
        String page = evaluation.page();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page)));
        assertEquals("html", document.getDocumentElement().getTagName());
        // ROC, precision and recall, calibration, scores and lift of each of the three tasks.
        assertEquals(15, document.getElementsByTagName("svg").getLength());
        Metrics oonc = evaluation.metrics().group("oonc");
        for (String name : List.of("roc_auc", "pr_auc", "rce", "ctr", "predicted_ctr", "ece")) {
            String cell = String.format(Locale.ROOT, "<td>%.4f</td>", oonc.number(name));
            assertTrue(page.contains(cell), () -> name + ": " + cell);
        }
        assertTrue(page.contains("<td>400</td>"), page);
        assertTrue(
                page.contains("<p>" + open("1").directory() + ", examples from 2026-03-02 to 2026-03-02, 400 rows</p>"),
                page);
        assertTrue(page.contains("<p>Note: model " + open("1").directory() + " is uncalibrated</p>"), page);
        assertFalse(page.contains("NaN"), page);
    }

    private static Metrics evaluate(String version, ScoredRows... uses) {
        return new HeavyEvaluation(
                        SharedSpark.session(), layout, ConfigFile.shipped().config())
                .evaluate(
                        range(ExampleLabels.NOTIFICATIONS),
                        version,
                        new HeavyEvaluation.Settings(0.5, null, List.of(uses)),
                        progress -> {})
                .metrics();
    }

    @Test
    void publishedPredictionsAreATableFromWhichFiguresCanBeMadeAgain() {
        List<String> lines = new ArrayList<>();
        Storage storage = new Storage(HADOOP);
        PublishedPredictions predictions =
                new PublishedPredictions(storage, layout, ConfigFile.shipped().config(), lines::add);
        Metrics metrics = evaluate("calibrated", predictions);

        String part = "/model_version=calibrated/labels=notifications";
        assertEquals(List.of("400 predictions: " + layout.output() + "/heavy_predictions/ds=*" + part), lines);
        LocalDate day = LocalDate.of(2026, 3, 2);
        String folder = layout.partition(Table.HEAVY_PREDICTIONS, day) + part;
        assertEquals(
                Set.of(folder),
                Set.copyOf(new PublishedTables(storage, layout)
                        .folders(Channel.PREDICTIONS, day, layout.partition(Table.HEAVY_PREDICTIONS, day))
                        .values()));
        Dataset<Row> table = SharedSpark.session().read().parquet(folder);
        assertEquals(
                List.of(Table.HEAVY_PREDICTIONS.schema().fieldNames()),
                List.of(table.schema().fieldNames()));
        List<Row> rows = table.collectAsList();
        assertEquals(400, rows.size());
        double[] oonc = new double[400];
        double[] raw = new double[400];
        double[] labels = new double[400];
        for (int row = 0; row < rows.size(); row++) {
            oonc[row] = rows.get(row).<Float>getAs("p_oonc");
            raw[row] = rows.get(row).<Float>getAs("raw_p_oonc");
            labels[row] = rows.get(row).<Float>getAs("label_oonc");
        }
        Metrics task = metrics.group("oonc");
        assertEquals(BinaryMetrics.rocAuc(oonc, labels), task.number("roc_auc"), 1e-4);
        assertEquals(BinaryMetrics.relativeCrossEntropy(oonc, labels), task.number("rce"), 1e-6);
        assertEquals(
                BinaryMetrics.relativeCrossEntropy(raw, labels),
                task.group("before_calibration").number("rce"),
                1e-6);
        String view = new PublishedViews(storage, layout).sql(Table.HEAVY_PREDICTIONS, PublishedViews.Dialect.SPARK);
        assertTrue(view.contains(", 'calibrated' AS model_version, 'notifications' AS labels FROM parquet."), view);

        // The same again is the same.
        evaluate("calibrated", predictions);
        assertEquals(400, SharedSpark.session().read().parquet(folder).count());
    }

    @Test
    void aVersionIsCalibratedAnewAsAnotherVersion() {
        ModelPackage before = open("2");
        List<String> lines = new ArrayList<>();
        List<ModelPackage> written = new ArrayList<>();
        Recalibration recalibration =
                new Recalibration(layout.models(), "recalibrated", HADOOP, progress -> lines.add(progress.toString()));
        Metrics metrics = evaluate("2", (range, model, rows) -> written.add(recalibration.write(model, rows)));

        ModelPackage after = open("recalibrated");
        assertEquals(after.digest(), written.get(0).digest());
        assertEquals("1", used());
        assertEquals(before.digest(), open("2").digest());
        Map<String, String> files = new TreeMap<>(after.manifest().files());
        assertNotNull(files.remove(Calibration.FILE));
        assertEquals(before.manifest().files(), files);
        // Labels are above and below the median: what the model says can be told for sure.
        double raw = metrics.group("oonc").number("rce");
        double calibrated = evaluate("recalibrated").group("oonc").number("rce");
        assertTrue(calibrated > raw + 10, () -> calibrated + " after " + raw);
        // It counts as made with these examples.
        assertEquals(NOON, TrainedOn.of(after).orElseThrow().last());

        PushrankException taken = assertThrows(
                PushrankException.class,
                () -> new Recalibration(layout.models(), "2", HADOOP, progress -> lines.add(progress.toString())));
        assertEquals(
                "--calibrate must name a version that does not exist yet, but is 2, which is " + before.directory(),
                taken.getMessage());
        PushrankException seen = assertThrows(
                PushrankException.class,
                () -> evaluate("overlapping", (range, model, rows) -> new Recalibration(
                                layout.models(), "other-name", HADOOP, progress -> lines.add(""))
                        .write(model, rows)));
        assertTrue(seen.getMessage().startsWith("--from must be after 2026-03-02T12:00:00Z"), seen::getMessage);
    }

    @Test
    void theImportanceOfFeaturesIsInTheFileTheTableAndThePage() throws Exception {
        List<String> progress = new ArrayList<>();
        Evaluation evaluation = new HeavyEvaluation(
                        SharedSpark.session(), layout, ConfigFile.shipped().config())
                .evaluate(
                        range(ExampleLabels.NOTIFICATIONS),
                        "2",
                        new HeavyEvaluation.Settings(0.5, new ImportanceSettings(2, 20_000), List.of()),
                        progress::add);

        Metrics written = Metrics.parse(evaluation.metrics().toJson());
        Metrics importance = written.group("importance");
        assertEquals(400, importance.number("rows"));
        assertEquals(100, importance.number("users"));
        assertEquals(
                written.group("oonc").number("roc_auc"),
                importance.group("unpermuted").group("oonc").number("roc_auc"),
                1e-4);
        assertEquals(
                written.group("engagement").number("rce"),
                importance.group("unpermuted").group("engagement").number("rce"),
                1e-4);
        // Labels are what the model says, which all three features decide.
        Metrics features = importance.group("features");
        assertEquals(Set.of("user.a", "user.b", "c"), Set.copyOf(features.names()));
        double most = 0;
        for (String name : features.names()) {
            most = Math.max(most, features.group(name).group("oonc").number("roc_auc_loss"));
        }
        double family = importance.group("families").group("user").group("oonc").number("roc_auc_loss");
        assertTrue(most > 0.05, importance::toJson);
        assertTrue(family > 0.2, importance::toJson);
        String line = evaluation
                .table()
                .lines()
                .filter(text -> text.startsWith("user (2) "))
                .findFirst()
                .orElseThrow();
        assertTrue(line.contains(String.format(Locale.ROOT, " %.4f [", family)), line);
        assertTrue(
                progress.get(progress.size() - 1).startsWith("importance: 5 of 5 tasks done in "), progress::toString);
        Document page = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(evaluation.page())));
        assertEquals(17, page.getElementsByTagName("svg").getLength());
        assertTrue(evaluation.page().contains("<h2>Importance of features</h2>"), evaluation.page());
        assertFalse(evaluation.page().contains("NaN"), evaluation.page());
    }
}
