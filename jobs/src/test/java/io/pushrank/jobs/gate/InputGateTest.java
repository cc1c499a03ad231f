package io.pushrank.jobs.gate;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Input tables that differ from those of the days before; 300 posts are written a day. */
class InputGateTest {
    private static final RankingConfig CONFIG = ConfigFile.shipped().config();
    private static final LocalDate DATE = TinyWorld.DATE;
    private static final LocalDate YESTERDAY = DATE.minusDays(1);
    private static final int POSTS = 300;

    @TempDir
    private Path directory;

    private long post;

    /** What makes the posts of a day differ. */
    private interface Changes {
        Object[] of(int number);
    }

    private static Object[] usual(int number) {
        return new Object[] {
            "language", number % 3 == 0 ? "fr" : "en", "text_length", 20 + number % 200, "nsfw_probability", 0.1
        };
    }

    private void posts(TinyWorld world, LocalDate day, int rows, Changes changes) {
        Instant at = day.atTime(9, 0).toInstant(ZoneOffset.UTC);
        for (int number = 0; number < rows; number++) {
            world.post(++post, 1, at, changes.of(number));
        }
    }

    private TinyWorld week(int days) {
        TinyWorld world = new TinyWorld(directory);
        for (int back = 2; back < 2 + days; back++) {
            posts(world, DATE.minusDays(back), POSTS, InputGateTest::usual);
        }
        return world;
    }

    private static List<Verdict> verdicts(TinyWorld world) {
        Inputs inputs = new Inputs(SharedSpark.session(), world.layout(), CONFIG, DATE, DATE, Findings.none());
        return new InputGate(inputs, CONFIG, DATE).judge(List.of()).verdicts();
    }

    private static List<String> of(List<Verdict> verdicts, Table table, Verdict.Status status) {
        return verdicts.stream()
                .filter(verdict -> verdict.table().equals(table.tableName()) && verdict.status() == status)
                .map(verdict -> verdict.gate() + (verdict.column().isEmpty() ? "" : " " + verdict.column()))
                .toList();
    }

    private static void rejects(TinyWorld world, String message) {
        Expect.failure(
                INPUT_REJECTED,
                "inputs differ from the days before: " + message,
                () -> Gates.require(verdicts(world.write()), Set.of(), INPUT_REJECTED));
    }

    @Test
    void aDayLikeTheOthersPasses() {
        TinyWorld world = week(7);
        posts(world, YESTERDAY, POSTS, InputGateTest::usual);
        // The run's own day ends at the as-of instant, and is not judged.
        posts(world, DATE, 3, InputGateTest::usual);

        List<Verdict> verdicts = verdicts(world.write());

        assertEquals(
                List.of(
                        "input_volume",
                        "input_nulls in_reply_to_post_id",
                        "input_nulls language",
                        "input_nulls nsfw_probability",
                        "input_drift has_link",
                        "input_drift is_sensitive",
                        "input_drift language",
                        "input_drift media",
                        "input_drift nsfw_probability",
                        "input_drift text_length"),
                of(verdicts, Table.POSTS, Verdict.Status.PASSED));
        assertEquals(
                Set.of("users", "devices", "follows", "posts", "engagements"),
                Set.copyOf(verdicts.stream().map(Verdict::table).toList()),
                "nothing is said of a table that is absent");
    }

    @Test
    void halfOfTheRowsAreRejected() {
        TinyWorld world = week(7);
        posts(world, YESTERDAY, POSTS / 2, InputGateTest::usual);

        rejects(
                world,
                "input_volume of table posts: 0.5, at least 0.6 (150 rows, 300 by the median of 7 trailing days)."
                        + " If that is as it should be: --accept input_volume");
    }

    @Test
    void twiceTheRowsAreRejected() {
        TinyWorld world = week(3);
        posts(world, YESTERDAY, POSTS * 2, InputGateTest::usual);

        rejects(
                world,
                "input_volume of table posts: 2, at most 1.8 (600 rows, 300 by the median of 3 trailing days)."
                        + " If that is as it should be: --accept input_volume");
    }

    @Test
    void aDayThatIsMissingHasNoRows() {
        TinyWorld world = week(7);
        posts(world, DATE, 3, InputGateTest::usual);

        rejects(
                world,
                "input_volume of table posts: 0, at least 0.6 (0 rows, 300 by the median of 7 trailing days)."
                        + " If that is as it should be: --accept input_volume");
    }

    @Test
    void aColumnThatTurnedNullIsRejected() {
        TinyWorld world = week(7);
        posts(world, YESTERDAY, POSTS, number ->
                new Object[] {"language", null, "text_length", 20 + number % 200, "nsfw_probability", 0.1});

        rejects(
                world,
                "input_nulls of table posts, column language: 1, at most 0.1 (NULL in 100.0 % of the rows, before in 0.0 %)."
                        + " If that is as it should be: --accept input_nulls");
    }

    @Test
    void aRareColumnThatTurnedNullIsFoundWhereItHadEnoughValues() {
        Profile before = links(10_000, 9_200);
        Profile now = links(10_000, 10_000);

        Verdict verdict = InputGate.judge(now, List.of(before, before, before), CONFIG.gates())
                .get(1);

        assertEquals(Verdict.Status.FAILED, verdict.status());
        assertEquals(
                "input_nulls of table engagements, column post_id: 0.08, at most 0.04 (NULL in 100.0 % of the rows, before"
                        + " in 92.0 %)",
                verdict.sentence());
        Verdict few = InputGate.judge(
                        links(1_000, 1_000),
                        List.of(links(1_000, 920), links(1_000, 920), links(1_000, 920)),
                        CONFIG.gates())
                .get(1);
        assertEquals(Verdict.Status.PASSED, few.status(), "80 values a day are too few to miss");
    }

    private static Profile links(long rows, long nulls) {
        Profile empty = Profile.empty(Table.ENGAGEMENTS, YESTERDAY);
        return new Profile(empty.table(), empty.day(), rows, new TreeMap<>(Map.of("post_id", nulls)), empty.bins());
    }

    @Test
    void languagesThatShiftedAndLengthsOfAnotherScaleAreRejected() {
        TinyWorld world = week(7);
        posts(world, YESTERDAY, POSTS, number -> new Object[] {
            "language", number % 5 == 0 ? "en" : "fr", "text_length", 100 * (20 + number % 200), "nsfw_probability", 0.1
        });

        rejects(
                world,
                "input_drift of table posts, column text_length: 12.25, at most 0.25 (values not seen before: 0.0 % before,"
                        + " 100.0 % now); input_drift of table posts, column language: 0.9651, at most 0.25 (\"en\": 66.7 %"
                        + " before, 20.0 % now). If that is as it should be: --accept input_drift");
    }

    @Test
    void numbersThatAreNoneAreValuesNotSeenBefore() {
        TinyWorld world = week(3);
        posts(world, YESTERDAY, POSTS, number -> new Object[] {
            "language",
            number % 3 == 0 ? "fr" : "en",
            "text_length",
            20 + number % 200,
            "nsfw_probability",
            number % 2 == 0 ? Double.NaN : 0.1
        });

        rejects(
                world,
                "input_drift of table posts, column nsfw_probability: 3.744, at most 0.25 (values not seen before: 0.0 %"
                        + " before, 50.0 % now). If that is as it should be: --accept input_drift");
    }

    @Test
    void withTooFewDaysOrRowsNothingIsJudged() {
        TinyWorld world = week(2);
        posts(world, YESTERDAY, 1, InputGateTest::usual);
        // The eighth day before the judged one.
        posts(world, YESTERDAY.minusDays(8), POSTS, InputGateTest::usual);

        List<Verdict> verdicts = verdicts(world.write());

        assertEquals(
                Set.of("2 of 3 trailing days"),
                Set.copyOf(verdicts.stream()
                        .filter(verdict -> verdict.table().equals("posts"))
                        .map(Verdict::detail)
                        .toList()));
        assertEquals(10, of(verdicts, Table.POSTS, Verdict.Status.NOT_JUDGED).size());
    }

    @Test
    void emptyTablesAreNotJudged() {
        Profile empty = Profile.empty(Table.POSTS, YESTERDAY);

        List<Verdict> verdicts = InputGate.judge(empty, List.of(empty, empty, empty), CONFIG.gates());

        assertEquals(
                Set.of("0 rows, 0 before; gates.minimum_rows is 200", "0 values, 0 before; gates.minimum_rows is 200"),
                Set.copyOf(verdicts.stream().map(Verdict::detail).toList()));
        assertEquals(10, of(verdicts, Table.POSTS, Verdict.Status.NOT_JUDGED).size());
    }

    @Test
    void aTableThatFillsUpAllAtOnceIsRejected() {
        Profile empty = Profile.empty(Table.TOPIC_FOLLOWS, YESTERDAY);
        Profile now = new Profile(empty.table(), empty.day(), 4_000, empty.nulls(), empty.bins());

        List<Verdict> verdicts = InputGate.judge(now, List.of(empty, empty, empty), CONFIG.gates());

        assertEquals(
                List.of(
                        "input_volume of table topic_follows: 4000, at most 1.8 (4,000 rows, 0 by the median of 3 trailing"
                                + " days)"),
                verdicts.stream().map(Verdict::sentence).toList());
    }

    @Test
    void aColumnThatEarlierProfilesLackIsJudgedByTheOthers() {
        Profile now = Profile.empty(Table.POSTS, YESTERDAY);
        Profile old = new Profile(now.table(), now.day(), 0, Map.of(), Map.of());

        assertEquals(
                Set.of("0 rows, 0 before; gates.minimum_rows is 200", "1 of 3 trailing days"),
                Set.copyOf(InputGate.judge(now, List.of(old, old, now), CONFIG.gates()).stream()
                        .map(Verdict::detail)
                        .toList()));
    }

    @Test
    void aSnapshotFromBeforeAColumnWasAddedCountsForNothing() {
        TinyWorld world = week(1).people(1);
        world.partition(Table.USERS, DATE.minusDays(1))
                .partition(Table.USERS, DATE.minusDays(2))
                .partition(Table.USERS, DATE.minusDays(40))
                .write();
        TinyWorld.writeFile(
                Path.of(world.input(), "users", "ds=" + DATE.minusDays(2), "part-1.parquet"),
                TinyWorld.messageType(Table.USERS, "is_verified"),
                List.of());

        assertEquals(
                "2 of 3 trailing days",
                verdicts(world).stream()
                        .filter(verdict -> verdict.table().equals("users"))
                        .findFirst()
                        .orElseThrow()
                        .detail());
    }
}
