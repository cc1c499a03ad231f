package io.pushrank.jobs;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.explain.Explanation;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
    private static final LocalDate DATE = LocalDate.of(2026, 3, 14);

    /** So that the light ranker has something to prune: nobody in so small a world has a hundred candidates. */
    private static final String PRUNED = "light_rank.keep=20";

    @TempDir
    private static Path output;

    private static SparkSession spark;
    private static Layout layout;
    private static Layout unmoved;
    private static Storage storage;
    private static String printed;
    private static Manifest first;
    private static Manifest second;

    @BeforeAll
    static void runTheDayTwice() {
        spark = SharedSpark.session();
        storage = new Storage(spark.sparkContext().hadoopConfiguration());
        layout = new Layout(SAMPLE.toString(), output + "/moved", SAMPLE + "/models");
        unmoved = new Layout(SAMPLE.toString(), output + "/unmoved", SAMPLE + "/models");
        printed = daily(layout, "rename");
        first = Manifest.of(storage, layout, DATE).get(0);
        daily(unmoved, "manifest");
        second = Manifest.of(storage, unmoved, DATE).get(0);
    }

    private static String daily(Layout to, String publishing) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(text, true, StandardCharsets.UTF_8));
        ConfigFile config = ConfigFile.shipped().set(PRUNED).set("publishing.mode=" + publishing);
        new Run(spark, to, config, DATE, "daily", Choices.NONE, progress).stages(Stage.all());
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void targetsAreAsInTheGoldenFile() throws IOException {
        Golden.check(
                SAMPLE.resolve("1-targets/targets.csv"),
                table(Table.TARGETS)
                        .selectExpr(
                                "user_id",
                                "is_eligible",
                                "array_join(reasons, ' ') AS reasons",
                                "push_cap",
                                "last_sent_at")
                        .orderBy("user_id"));
    }

    @Test
    void candidatesAreAsInTheGoldenFile() throws IOException {
        Golden.check(
                SAMPLE.resolve("2-candidates/candidates.csv"),
                table(Table.CANDIDATES)
                        .selectExpr(
                                "user_id",
                                "item_type",
                                "item_id",
                                "notification_type",
                                "array_join(transform(sources, s -> s.source || ' ' || s.rank), ' ') AS sources")
                        .orderBy("user_id", "item_type", "item_id"));
    }

    @Test
    void lightRanksAreAsInTheGoldenFile() throws IOException {
        Golden.check(
                SAMPLE.resolve("3-light_ranked/light_ranked.csv"),
                table(Table.LIGHT_RANKED)
                        .select("user_id", "item_type", "item_id", "light_rank", "light_score")
                        .orderBy("user_id", "light_rank"));
    }

    @Test
    void heavyRanksAreAsInTheGoldenFile() throws IOException {
        Golden.check(
                SAMPLE.resolve("4-heavy_ranked/heavy_ranked.csv"),
                table(Table.HEAVY_RANKED)
                        .select("user_id", "item_type", "item_id", "rank", "p_oonc", "p_engagement", "score")
                        .orderBy("user_id", "rank"));
    }

    @Test
    void sendsAreAsInTheGoldenFile() throws IOException {
        Golden.check(
                SAMPLE.resolve("5-sends/sends.csv"),
                table(Table.SENDS)
                        .select(
                                "user_id",
                                "item_type",
                                "item_id",
                                "notification_type",
                                "position",
                                "send_at",
                                "rank",
                                "score",
                                "send_id")
                        .orderBy("user_id", "position"));
    }

    @Test
    void removedRowsAndTheirReasonsAreAsInTheGoldenFiles() throws IOException {
        for (Stage stage : Stage.all()) {
            Dataset<Row> removed = spark.read()
                    .schema(Table.REMOVED.schema())
                    .parquet(layout.partition(Table.REMOVED, DATE, stage.verb()));
            Golden.check(
                    SAMPLE.resolve("removed/" + stage.verb() + ".csv"),
                    removed.selectExpr("user_id", "item_type", "item_id", "array_join(reasons, ' ') AS reasons")
                            .orderBy("user_id", "item_type", "item_id"));
        }
    }

    @Test
    void twoRunsGiveTheSameRows() {
        assertEquals(digests(first), digests(second));
        assertFalse(digests(first).isEmpty());
    }

    @Test
    void whatIsPublishedWithoutAMoveIsExplainedAlike() {
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
    void noOneGetsMoreThanOneSend() {
        assertEquals(
                table(Table.SENDS).count(),
                table(Table.SENDS).select("user_id").distinct().count());
    }

    @Test
    void theRunShowsStagesFunnelAndWhereTheTablesAre() {
        for (String stage :
                List.of("validate", "targets", "candidates", "light-rank", "heavy-rank", "quality-control")) {
            assertTrue(
                    printed.lines().anyMatch(line -> line.startsWith(stage + " ")),
                    stage + " is not shown:\n" + printed);
        }
        assertTrue(printed.contains("most frequent reasons of removal"), printed);
        assertTrue(printed.lines().anyMatch(line -> line.startsWith("in_network ")), printed);
        assertTrue(printed.contains(layout.partition(Table.SENDS, DATE)), printed);
    }

    @Test
    void nothingIsLeftInStaging() {
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
