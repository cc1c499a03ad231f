package io.pushrank.jobs.simulate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.evaluate.Evaluation;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.explain.Explanation;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.BuiltInPolicy;
import io.pushrank.jobs.world.World;
import io.pushrank.jobs.world.WorldOptions;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Four policies over the last three days of a small world. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulationTest {
    private static final LocalDate LAST = LocalDate.parse("2026-03-14");
    private static final List<BuiltInPolicy> POLICIES =
            List.of(BuiltInPolicy.NONE, BuiltInPolicy.RANDOM, BuiltInPolicy.RECENT, BuiltInPolicy.ORACLE);

    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());

    @TempDir
    private static Path directory;

    private String shown;
    private Evaluation evaluation;

    @BeforeAll
    void simulate() {
        World.generate(spark, new WorldOptions(250, 8, 5, LAST, 7), world());
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        evaluation = simulation("simulated", POLICIES, 3, screen).run();
        evaluation.publish(storage, new PrintStream(screen, true, StandardCharsets.UTF_8));
        shown = screen.toString(StandardCharsets.UTF_8);
    }

    private Simulation simulation(String folder, List<BuiltInPolicy> policies, int days, ByteArrayOutputStream screen) {
        return new Simulation(
                spark,
                new Layout(world(), directory + "/" + folder, "no-models"),
                policies.stream().<Policy>map(Policy.BuiltIn::new).toList(),
                days,
                1,
                0,
                new PrintStream(screen, true, StandardCharsets.UTF_8));
    }

    @Test
    void theBetterAPolicyKnowsPeopleTheMoreTheyOpen() {
        assertEquals(0, total("none", "sends"));
        assertTrue(total("random", "sends") > 300, () -> "sends " + total("random", "sends"));
        assertTrue(total("recent", "open_rate") > total("random", "open_rate"));
        assertTrue(total("oracle", "open_rate") > 2 * total("recent", "open_rate"));
        Metrics difference = evaluation.metrics().group("differences").group("oracle");
        assertTrue(difference.number("active_days_low") > 0, "pushes bring people back");
        assertEquals(
                total("oracle", "active_days") - total("none", "active_days"),
                total("oracle", "caused_days"),
                "days with a visit differ by those that a push caused");
    }

    private double total(String policy, String figure) {
        return evaluation.metrics().group("policies").group(policy).number(figure);
    }

    @Test
    void everyPersonGetsAtMostOnePushADayAndNoneAfterOptingOut() {
        for (BuiltInPolicy policy : POLICIES.subList(1, POLICIES.size())) {
            Dataset<Row> outcomes = outcomes("simulated", policy);
            assertEquals(
                    outcomes.count(),
                    outcomes.selectExpr("user_id", "date(sent_at)").distinct().count());
            Dataset<Row> left = outcomes.filter("has_opted_out")
                    .select(col("user_id"), col("sent_at").as("left_at"));
            assertEquals(
                    0,
                    outcomes.join(left, "user_id")
                            .filter("sent_at > left_at AND sent_at < left_at + INTERVAL 1 DAYS")
                            .count(),
                    policy + " pushed to someone who had left that day");
        }
    }

    /** What was drawn for a push does not depend on who sends it. */
    @Test
    void thePushesThatTwoPoliciesShareOnTheFirstDayHaveTheSameOutcome() {
        String[] key = {"user_id", "item_id", "sent_at"};
        Dataset<Row> recent = ofFirstDay(BuiltInPolicy.RECENT);
        Dataset<Row> oracle = ofFirstDay(BuiltInPolicy.ORACLE);
        Dataset<Row> shared = recent.join(oracle.withColumnRenamed("is_oonc", "other"), key);

        assertTrue(shared.count() > 5, () -> "shared pushes " + shared.count());
        assertEquals(0, shared.filter("is_oonc <> other").count());
    }

    private Dataset<Row> ofFirstDay(BuiltInPolicy policy) {
        // Their types differ, and with them how often a type came before; only on the first day is that never.
        return outcomes("simulated", policy)
                .filter(col("sent_at").lt(lit("2026-03-13 00:00:00")))
                .selectExpr(
                        "user_id", "item_id", "sent_at", "coalesce(opened_at, ntab_clicked_at) IS NOT NULL AS is_oonc");
    }

    @Test
    void whatPeopleDidIsWhatTheNextDayReads() {
        Dataset<Row> outcomes = outcomes("simulated", BuiltInPolicy.ORACLE);
        Dataset<Row> visits = input(BuiltInPolicy.ORACLE, Table.VISITS);
        Dataset<Row> engagements = input(BuiltInPolicy.ORACLE, Table.ENGAGEMENTS);

        Dataset<Row> opened = outcomes.selectExpr("user_id", "coalesce(opened_at, ntab_clicked_at) AS visited_at")
                .filter("visited_at IS NOT NULL AND visited_at < '2026-03-15'");
        assertTrue(opened.count() > 50);
        assertEquals(
                0,
                opened.join(visits, new String[] {"user_id", "visited_at"}, "left_anti")
                        .count());
        Dataset<Row> engaged =
                outcomes.filter("engaged_at < '2026-03-15'").selectExpr("user_id", "item_id AS post_id", "engaged_at");
        assertTrue(engaged.count() > 10);
        assertEquals(
                0,
                engaged.join(engagements, new String[] {"user_id", "post_id", "engaged_at"}, "left_anti")
                        .count());
        Dataset<Row> left = outcomes.filter("has_opted_out").select("user_id", "sent_at");
        Dataset<Row> users = input(BuiltInPolicy.ORACLE, Table.USERS);
        assertEquals(
                0,
                users.join(left, "user_id")
                        .filter("ds = date(sent_at) + 1 AND is_push_enabled")
                        .count(),
                "who left is reachable on the next day");
    }

    @Test
    void eachDayIsToldWithTheTimeThatIsLeftAndTheReportIsATableAFileAndAPage() throws IOException {
        assertTrue(
                shown.lines()
                        .anyMatch(line -> line.matches("2026-03-12 none +[0-9.]+ s   1 of 12 policy-days, .*left")),
                shown);
        assertTrue(shown.contains("difference to none [95 %]"), shown);
        Path folder = directory.resolve("simulated");
        Metrics written = Metrics.parse(Files.readString(folder.resolve("simulation.json")));
        assertEquals(
                List.of("2026-03-12", "2026-03-13", "2026-03-14"),
                written.group("policies").group("oracle").group("by_day").names());
        assertTrue(Files.readString(folder.resolve("index.html")).contains("<polyline"));
    }

    @Test
    void aSimulationThatWasKilledGoesOnAndComesToTheSame() throws IOException {
        String[] policies = {"none", "random", "recent", "oracle"};
        FileUtils.copyDirectory(
                directory.resolve("simulated").toFile(),
                directory.resolve("killed").toFile());
        // Killed when it had added the day's rows to the inputs, but not said so.
        for (String policy : policies) {
            Files.delete(directory.resolve("killed/" + policy + "/done/2026-03-14"));
        }
        Files.delete(directory.resolve("killed/oracle/done/2026-03-13"));
        FileUtils.deleteDirectory(
                directory.resolve("killed/oracle/outcomes/ds=2026-03-13").toFile());
        ByteArrayOutputStream screen = new ByteArrayOutputStream();

        Evaluation again = simulation("killed", POLICIES, 3, screen).run();

        assertEquals(evaluation.metrics().toJson(), again.metrics().toJson());
        assertTrue(
                screen.toString(StandardCharsets.UTF_8).contains("5 of 5 policy-days"),
                screen.toString(StandardCharsets.UTF_8));
        assertEquals(
                0,
                input(BuiltInPolicy.ORACLE, Table.VISITS)
                        .select("user_id", "visited_at")
                        .exceptAll(spark.read()
                                .parquet(directory + "/killed/oracle/input/0-inputs/visits")
                                .select("user_id", "visited_at"))
                        .count());
    }

    @Test
    void whatCannotBeSimulatedIsRefused() {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        Expect.failure(
                ExitCode.USAGE,
                "--days must leave a day of history, but is 8, and the world begins on 2026-03-07 and ends on 2026-03-14",
                () -> simulation("long", POLICIES, 8, screen).run());
        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "simulate needs a generated world, whose people can answer, but " + directory + " has no oracle_world",
                () -> new Simulation(
                                spark,
                                new Layout(directory.toString(), directory + "/x", "no-models"),
                                List.of(new Policy.BuiltIn(BuiltInPolicy.NONE)),
                                1,
                                1,
                                0,
                                System.out)
                        .run());
        Expect.failure(
                ExitCode.USAGE,
                directory + "/simulated holds another simulation; give another --output.\nIts own:\n"
                        + identity("2026-03-12", "none", "random", "recent", "oracle") + "This one:\n"
                        + identity("2026-03-13", "none"),
                () -> simulation("simulated", List.of(BuiltInPolicy.NONE), 2, screen)
                        .run());
        assertFalse(storage.exists(directory + "/long"));
    }

    private static String identity(String first, String... policies) {
        return "world " + world() + " WorldOptions[users=250, days=8, seed=5, lastDay=2026-03-14, snapshotEveryDays=7,"
                + " asOfHour=12, isSkewed=false]\ndays " + first + " to 2026-03-14\nseed 1\n"
                + Stream.of(policies).map(policy -> "policy " + policy + "\n").collect(Collectors.joining());
    }

    /** The pipeline itself, which learns from its first day; the last one once more, as after a kill. */
    @Test
    void theDailyPipelineIsAPolicyThatLearnsFromItsOwnSends() throws IOException {
        World.generate(spark, new WorldOptions(250, 5, 5, LAST, 7), directory + "/short");
        Vocabulary vocabulary = Vocabulary.of(ConfigFile.shipped().set("light_rank.keep=20"));
        Layout layout = new Layout(directory + "/short", directory + "/pipeline", "../sample-data/models");
        List<Policy> policies = List.of(
                new Policy.Configured("mine", vocabulary),
                new Policy.BuiltIn(BuiltInPolicy.RANDOM),
                new Policy.BuiltIn(BuiltInPolicy.ORACLE));
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);

        Metrics metrics =
                new Simulation(spark, layout, policies, 3, 1, 2, out).run().metrics();

        Metrics byPolicy = metrics.group("policies");
        double mine = byPolicy.group("mine").number("open_rate");
        assertTrue(mine > byPolicy.group("random").number("open_rate"), metrics.toJson());
        assertTrue(mine < byPolicy.group("oracle").number("open_rate"), metrics.toJson());
        Layout own = new Layout(
                directory + "/pipeline/mine/input",
                directory + "/pipeline/mine/output",
                directory + "/pipeline/mine/models");
        Dataset<Row> sends = spark.read().parquet(own.outputTable(Table.SENDS));
        assertEquals(
                sends.count(),
                spark.read().parquet(directory + "/pipeline/mine/outcomes").count(),
                "every send is delivered");
        long learned = spark.read()
                .parquet(own.outputTable(Table.EXAMPLES))
                .join(sends.filter("ds = '2026-03-12'"), new String[] {"user_id", "item_id"})
                .count();
        assertTrue(learned > 100, () -> "examples of its own sends: " + learned);
        ModelPackage trained = inUse(own);
        assertEquals("1.2026-03-14", trained.version(), "trained before the last day");
        assertEquals("1", inUse(layout).version(), "the models that were given stay");
        String shown = screen.toString(StandardCharsets.UTF_8);
        assertTrue(
                shown.lines().anyMatch(line -> line.matches("2026-03-14 mine +[0-9.]+ s   heavy ranker retrained")),
                shown);
        ByteArrayOutputStream explained = new ByteArrayOutputStream();
        long user = sends.filter(col("ds").equalTo("2026-03-14"))
                .orderBy("user_id")
                .head()
                .getAs("user_id");
        new Explanation(spark, own, LAST, user).print(new PrintStream(explained, true, StandardCharsets.UTF_8));
        String text = explained.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("Sent: "), text);

        // Killed before the training was over.
        Files.delete(directory.resolve("pipeline/mine/done/2026-03-14"));
        FileUtils.deleteDirectory(Path.of(trained.directory()).toFile());
        Files.writeString(directory.resolve("pipeline/mine/models/heavy/champion"), "1\n");
        assertEquals(
                metrics.toJson(),
                new Simulation(spark, layout, policies, 3, 1, 2, out)
                        .run()
                        .metrics()
                        .toJson());
        assertEquals(trained.digest(), inUse(own).digest());
        Vocabulary early = Vocabulary.of(ConfigFile.shipped().set("as_of_hour=8"));
        Expect.failure(
                ExitCode.USAGE,
                "policy early: as_of_hour must be the world's, but its first day is decided at 2026-03-14T08:00:00Z",
                () -> new Simulation(spark, layout, List.of(new Policy.Configured("early", early)), 1, 1, 0, out)
                        .run());
    }

    private ModelPackage inUse(Layout layout) {
        return ModelPackage.champion(
                layout.models(), ModelKind.HEAVY, spark.sparkContext().hadoopConfiguration());
    }

    @Test
    void whatCouldNeverBeTrainedIsRefusedBeforeTheFirstDay() {
        refusesToRetrain(
                "policy mine: --retrain-every must leave sends of two days that are answered before 2026-03-13, but the world"
                        + " begins on 2026-03-07, the last such day is 2026-03-06, and examples.window_hours is 144",
                1,
                ConfigFile.shipped().set("examples.window_hours=144"));
        refusesToRetrain(
                "policy mine: examples.labels must be notifications for --retrain-every, but is engagements",
                1,
                ConfigFile.shipped().set("examples.labels=engagements"));
        refusesToRetrain("--retrain-every must be less than --days, 3, but is 3", 3, ConfigFile.shipped());
        Expect.failure(
                ExitCode.USAGE,
                "--retrain-every needs a policy that has models: give --config or --policy default",
                () -> new Simulation(
                                spark,
                                new Layout(world(), directory + "/refused", "no-models"),
                                List.of(new Policy.BuiltIn(BuiltInPolicy.NONE)),
                                3,
                                1,
                                1,
                                System.out)
                        .run());
        assertFalse(storage.exists(directory + "/refused"));
    }

    private void refusesToRetrain(String error, int every, ConfigFile config) {
        Expect.failure(ExitCode.USAGE, error, () -> new Simulation(
                        spark,
                        new Layout(world(), directory + "/refused", "../sample-data/models"),
                        List.of(new Policy.Configured("mine", Vocabulary.of(config))),
                        3,
                        1,
                        every,
                        System.out)
                .run());
    }

    private Dataset<Row> outcomes(String folder, BuiltInPolicy policy) {
        return spark.read().parquet(directory + "/" + folder + "/" + name(policy) + "/outcomes");
    }

    private Dataset<Row> input(BuiltInPolicy policy, Table table) {
        return spark.read().parquet(directory + "/simulated/" + name(policy) + "/input/0-inputs/" + table.tableName());
    }

    private static String name(BuiltInPolicy policy) {
        return new Policy.BuiltIn(policy).name();
    }

    private static String world() {
        return directory + "/world";
    }
}
