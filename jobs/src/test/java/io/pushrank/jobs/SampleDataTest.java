package io.pushrank.jobs;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.evaluate.Evaluation;
import io.pushrank.jobs.evaluate.RankingEvaluation;
import io.pushrank.jobs.evaluate.SourcesEvaluation;
import io.pushrank.jobs.evaluate.ValueEvaluation;
import io.pushrank.jobs.explain.Explanation;
import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.TruthOf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole day on the sample data: what a newcomer's first command does but for a smaller light_rank.keep, held against the
 * golden files; then once more, published where nothing is moved.
 */
class SampleDataTest {
    private static final Path SAMPLE = Path.of("../sample-data");
    /** Where the writing of golden files leaves what changed; {@code .ci/goldens} prints it. */
    private static final Path CHANGES = Path.of("target/golden-changes.txt");

    private static final LocalDate DATE = LocalDate.of(2026, 3, 14);

    /** So that the light ranker has something to prune: nobody in so small a world has a hundred candidates. */
    private static final String PRUNED = "light_rank.keep=20";
    /** So that the golden files stay short. */
    private static final String NARROW = "candidates.sources.two_tower.limit=20";

    @TempDir
    private static Path output;

    private static SparkSession spark;
    private static Layout layout;
    private static Layout unmoved;
    private static Storage storage;
    private static String printed;
    private static Manifest first;

    @BeforeAll
    static void runTheDay() {
        spark = SharedSpark.session();
        storage = new Storage(spark.sparkContext().hadoopConfiguration());
        layout = new Layout(SAMPLE.toString(), output + "/moved", SAMPLE + "/models");
        unmoved = new Layout(SAMPLE.toString(), output + "/unmoved", SAMPLE + "/models");
        printed = daily(layout, "rename");
        first = Manifest.of(storage, layout, DATE).get(0);
    }

    /** The day's second run; what writes golden files does without it. */
    private static Manifest unmovedManifest() {
        if (!storage.exists(unmoved.manifests())) {
            daily(unmoved, "manifest");
        }
        return Manifest.of(storage, unmoved, DATE).get(0);
    }

    /** Settings of the golden run. */
    private static ConfigFile golden() {
        return ConfigFile.shipped().set(PRUNED).set(NARROW);
    }

    private static String daily(Layout to, String publishing) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(text, true, StandardCharsets.UTF_8));
        ConfigFile config = golden().set("publishing.mode=" + publishing);
        new Run(spark, to, Vocabulary.of(config), DATE, "daily", Choices.NONE, progress).stages(Stage.all());
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyStageGivesWhatTheGoldenFilesHold() throws IOException {
        Goldens goldens = new Goldens(SAMPLE);
        for (int index = 0; index < Stage.all().size(); index++) {
            Stage stage = Stage.all().get(index);
            String name = stage.writes().tableName();
            goldens.add(
                    (index + 1) + "-" + name + "/" + name + ".csv",
                    new GoldenRows(name, stage.writes(), table(stage.writes()).collectAsList()));
        }
        for (Stage stage : Stage.all()) {
            String name = Table.REMOVED.tableName() + "/" + stage.verb();
            Dataset<Row> removed = spark.read()
                    .schema(Table.REMOVED.schema())
                    .parquet(layout.partition(Table.REMOVED, DATE, stage.verb()));
            goldens.add(name + ".csv", new GoldenRows(name, Table.REMOVED, removed.collectAsList()));
        }
        if ("write".equals(System.getProperty("pushrank.golden"))) {
            Files.write(CHANGES, goldens.write());
        } else {
            goldens.check();
        }
    }

    @Test
    void twoRunsGiveTheSameRows() {
        assertEquals(digests(first), digests(unmovedManifest()));
        assertFalse(digests(first).isEmpty());
    }

    @Test
    void whatIsPublishedWithoutAMoveIsExplainedAlike() {
        assertEquals(RunStatus.DONE, unmovedManifest().status());
        assertFalse(storage.exists(unmoved.outputTable(Table.SENDS)));
        long user = table(Table.SENDS).orderBy("user_id").head().getAs("user_id");
        String explained = explain(layout, user);
        assertTrue(explained.contains("Sent: post "), explained);
        assertEquals(explained, explain(unmoved, user));
    }

    private static String explain(Layout of, long user) {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        new Explanation(spark, of, DATE, user).print(new PrintStream(screen, true, StandardCharsets.UTF_8));
        return screen.toString(StandardCharsets.UTF_8);
    }

    @Test
    void noRowIsUnaccountedFor() {
        Map<String, Manifest.StageReport> stages =
                first.stages().stream().collect(Collectors.toMap(Manifest.StageReport::stage, stage -> stage));
        assertEquals(table(Table.CANDIDATES).count(), stages.get("light-rank").rowsIn());
        assertEquals(table(Table.LIGHT_RANKED).count(), stages.get("heavy-rank").rowsIn());
        assertEquals(
                table(Table.HEAVY_RANKED).count(), stages.get("quality-control").rowsIn());
        for (Manifest.StageReport stage : first.stages()) {
            assertEquals(stage.rowsIn(), stage.kept() + stage.removed(), stage.stage());
        }
        assertEquals(table(Table.SENDS).count(), stages.get("quality-control").kept());
        assertTrue(stages.get("quality-control").kept() > 0);
    }

    /** Whatever source named them: an actor that is not to be recommended, or that recipient or actor barred from the other. */
    @Test
    void nobodyIsNamedWhoIsNotToBeRecommended() {
        Dataset<Row> users = input(Table.USERS);
        Dataset<Row> forbidden = users.filter("is_suspended OR is_protected OR is_unsuitable")
                .select(col("user_id").as("actor_id"));
        Dataset<Row> bars = input(Table.RELATIONS).filter("kind IN ('block', 'mute')");
        Dataset<Row> barred = bars.select(col("user_id"), col("other_id").as("actor_id"))
                .union(bars.select(col("other_id").as("user_id"), col("user_id").as("actor_id")));
        String[] pair = {"user_id", "actor_id"};
        Dataset<Row> named = table(Table.SENDS)
                .selectExpr("user_id", "explode(actors) AS actor_id")
                .union(table(Table.CANDIDATES).selectExpr("user_id", "explode(flatten(sources.actors)) AS actor_id"));

        assertTrue(named.count() > 0, "somebody is named");
        assertEquals(List.of(), named.join(forbidden, "actor_id").collectAsList());
        assertEquals(
                List.of(),
                named.join(users.select(col("user_id").as("actor_id")), "actor_id", "left_anti")
                        .collectAsList());
        assertEquals(List.of(), named.join(barred, pair).collectAsList());
        Dataset<Row> couldVouch = input(Table.FOLLOWS)
                .select(col("user_id"), col("followee_id").as("actor_id"))
                .join(table(Table.CANDIDATES).select("user_id"), "user_id", "left_semi")
                .join(
                        input(Table.ENGAGEMENTS)
                                .filter("kind IN ('like', 'repost') AND engaged_at >= '2026-03-13T12:00:00Z'")
                                .select(col("user_id").as("actor_id")),
                        "actor_id",
                        "left_semi");
        assertTrue(couldVouch.join(forbidden, "actor_id").count() > 0, "the sample has some whom a source could name");
        assertTrue(couldVouch.join(barred, pair).count() > 0, "and some who are barred");
    }

    @Test
    void theSendsAreWorthMoreThanRandomPostsAndEachStageLosesSomeOfTheBest() {
        Vocabulary vocabulary = Vocabulary.of(golden());
        Metrics value = new ValueEvaluation(spark, layout, vocabulary)
                .evaluate(DATE, TruthOf.Value.OONC)
                .metrics();

        List<String> places = List.of("any_fresh", "best", "candidates", "light_ranked", "heavy_ranked", "sent");
        double before = Double.POSITIVE_INFINITY;
        for (String place : places) {
            double lift = value.group(place).number("lift");
            assertTrue(lift <= before, place + " has a lift of " + lift + ", the place before " + before);
            before = lift;
        }
        assertEquals(1, value.group("best").number("lift"), 1e-12);
        assertTrue(value.group("sent").number("lift") > 0.1, value.toJson());
        assertEquals(
                table(Table.TARGETS).filter("is_eligible").count(),
                (long) value.number("users"),
                "every eligible user");
    }

    @Test
    void aSourceFindsAtMostWhatAllFindAndAtLeastWhatItAloneFinds() {
        Evaluation evaluation = new SourcesEvaluation(spark, layout, Vocabulary.of(golden()))
                .evaluate(DATE, 1, 1_000_000, TruthOf.Value.OONC, List.of(20, 5));
        Metrics sources = evaluation.metrics().group("sources");
        Metrics all = sources.group("all");
        for (String name : sources.names()) {
            Metrics own = sources.group(name);
            for (String sought : List.of("acted", "opened", "best_1", "best_10", "best_50")) {
                double recall = own.number("recall_" + sought);
                assertTrue(recall <= all.number("recall_" + sought), name + " finds more than all: " + sought);
                assertTrue(
                        name.equals("all") || own.number("unique_recall_" + sought) <= recall,
                        name + " alone finds more than it finds: " + sought);
            }
        }
        assertTrue(all.number("recall_best_10") > 0.1, evaluation.table());
        assertEquals(
                table(Table.CANDIDATES).filter("item_type = 'post'").count(),
                Math.round(
                        all.number("candidates_per_user") * evaluation.metrics().number("users")));
        Metrics kept = evaluation.metrics().group("kept");
        assertEquals(List.of("5", "20"), kept.names());
        for (String keep : kept.names()) {
            assertEquals(List.of("equal", "suggested"), kept.group(keep).names());
            Metrics equal = kept.group(keep).group("equal");
            assertEquals(
                    table(Table.CANDIDATES)
                            .filter("item_type = 'post'")
                            .groupBy("user_id")
                            .count()
                            .selectExpr("sum(least(count, " + keep + "))")
                            .head()
                            .getLong(0),
                    Math.round(equal.number("candidates_per_user")
                            * evaluation.metrics().number("users")));
            assertTrue(equal.number("recall_best_10") < all.number("recall_best_10"), evaluation.table());
            assertTrue(
                    equal.number("recall_best_10")
                            <= kept.group(keep).group("suggested").number("recall_best_10"),
                    evaluation.table());
        }
    }

    @Test
    void rankingIsComparedWithEachSourceAndWithSimpleRankings() {
        Evaluation evaluation = new RankingEvaluation(spark, layout, Vocabulary.of(golden())).evaluate(DATE, 1, 1000);
        Metrics metrics = evaluation.metrics();
        Metrics rankings = metrics.group("rankings");
        assertEquals(2 + 7 + 7, rankings.names().size(), evaluation.table());
        double random = rankings.group("simple.random").number("recall_10");
        double heavy = rankings.group("heavy_ranked").number("recall_10");
        assertTrue(random < heavy, evaluation.table());
        assertTrue(metrics.number("actions_among_candidates") < metrics.number("actions"), evaluation.table());
        assertTrue(evaluation.page().contains("item_knn"));
    }

    @Test
    void noOneGetsMoreThanOneSend() {
        assertEquals(
                table(Table.SENDS).count(),
                table(Table.SENDS).select("user_id").distinct().count());
    }

    @Test
    void theRunShowsStagesFunnelAndWhereTheTablesAre() {
        Stream.concat(Stream.of("validate"), Stage.all().stream().map(Stage::verb))
                .forEach(stage -> assertTrue(
                        printed.lines().anyMatch(line -> line.startsWith(stage + " ")),
                        stage + " is not shown:\n" + printed));
        assertTrue(printed.contains("most frequent reasons of removal"), printed);
        assertTrue(printed.lines().anyMatch(line -> line.startsWith("in_network ")), printed);
        assertTrue(printed.contains(layout.partition(Table.SENDS, DATE)), printed);
    }

    @Test
    void nothingIsLeftInStaging() {
        assertEquals(RunStatus.DONE, unmovedManifest().status());
        assertFalse(storage.exists(layout.staging()) || storage.exists(unmoved.staging()));
    }

    private static Dataset<Row> input(Table table) {
        String folder = layout.inputTable(storage, table);
        return spark.read().parquet(table.group() == Table.Group.STATE ? folder + "/" + Layout.day(DATE) : folder);
    }

    private static Dataset<Row> table(Table table) {
        return spark.read().schema(table.schema()).parquet(layout.partition(table, DATE));
    }

    private static Map<String, String> digests(Manifest manifest) {
        return manifest.stages().stream()
                .flatMap(stage -> stage.digests().entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
