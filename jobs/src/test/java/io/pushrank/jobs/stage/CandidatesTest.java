package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets and candidates, judged on a world without topics, relations, notifications and models. */
class CandidatesTest {
    @TempDir
    private Path directory;

    /** What becomes of the candidates of {@link #world}. */
    private static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("1 10", "in_network [in_network 1] []"),
            Map.entry("1 11", "social_proof [social_proof 1, in_network 2, popular 1] []"),
            // Posts 11, 12 and 30 have one score: the lower item comes first, the fifth is over the limit.
            Map.entry("1 12", "in_network [in_network 3] [seen]"),
            Map.entry("1 30", "in_network [in_network 4] [unsuitable_author]"),
            Map.entry("2 10", "in_network [in_network 1] [own_post]"),
            Map.entry("2 11", "in_network [in_network 2, popular 1] [own_post]"),
            Map.entry("2 12", "in_network [in_network 3] [own_post]"),
            Map.entry("2 13", "in_network [in_network 4] [own_post]"),
            Map.entry("3 11", "popular [popular 1] [seen]"),
            Map.entry("4 11", "popular [popular 1] []"),
            Map.entry("5 null", "null [] [no_candidates]"));

    private TinyWorld world() {
        return new TinyWorld(directory)
                .user(1)
                .user(2)
                .user(3)
                .user(4, "is_protected", true)
                .user(5, "country", "DE")
                .user(6)
                .follow(1, 2)
                .follow(1, 3)
                .follow(1, 4)
                .follow(2, 2)
                .post(10, 2, hoursBefore(1))
                .post(11, 2, hoursBefore(2))
                .post(12, 2, hoursBefore(2))
                .post(13, 2, hoursBefore(3))
                .post(20, 3, hoursBefore(1), "in_reply_to_post_id", 10L)
                .post(30, 4, hoursBefore(2))
                .engagement(3, 2, 11L, "like", hoursBefore(1))
                .engagement(1, 2, 12L, "impression", hoursBefore(1));
    }

    /** Type, sources with ranks and reasons of each user and item. */
    private static Map<String, String> judged(TinyWorld world, String... settings) {
        ConfigFile config = ConfigFile.shipped().set("candidates.sources.in_network.limit=4");
        for (String setting : settings) {
            config = config.set(setting);
        }
        Map<String, String> judged = new TreeMap<>();
        try (StageContext context = world.context(config, new Candidates())) {
            context.relations()
                    .instead(
                            Table.TARGETS,
                            context.read(Table.USERS)
                                    .withColumn(
                                            "is_eligible",
                                            functions.col("user_id").notEqual(6)));
            for (Row row : new Candidates().judge(context).collectAsList()) {
                List<String> sources = row.isNullAt(row.fieldIndex("sources"))
                        ? List.of()
                        : row.<Row>getList(row.fieldIndex("sources")).stream()
                                .map(source -> source.getAs("source") + " " + source.getAs("rank"))
                                .toList();
                judged.put(
                        row.getAs("user_id") + " " + row.getAs("item_id"),
                        row.getAs("notification_type") + " " + sources + " " + row.getList(row.fieldIndex("reasons")));
            }
        }
        return judged;
    }

    @Test
    void whereNotAllAreKeptTheSourcesTakeTurnsAfterTheRules() {
        Map<String, String> expected = new TreeMap<>(ALL);
        expected.put("1 10", "in_network [in_network 1] [below_round_robin]");

        assertEquals(expected, judged(world().write(), "candidates.keep=1"), "social_proof comes before in_network");
    }

    @Test
    void theRoundRobinMovesNoRows() {
        TinyWorld world = world().write();

        assertEquals(exchanges(world, "candidates.keep=0"), exchanges(world, "candidates.keep=1"));
    }

    private static int exchanges(TinyWorld world, String setting) {
        try (StageContext context = world.context(ConfigFile.shipped().set(setting), new Candidates())) {
            context.relations()
                    .instead(Table.TARGETS, context.read(Table.USERS).withColumn("is_eligible", functions.lit(true)));
            String plan = new Candidates()
                    .judge(context)
                    .queryExecution()
                    .executedPlan()
                    .toString();
            assertEquals(setting.endsWith("=1"), plan.contains("row_number"), plan);
            return plan.split("Exchange ", -1).length;
        }
    }

    @Test
    void aSourceGivesAsManyARoundAsItsQuotaSays() {
        TinyWorld world = world().user(7)
                .post(40, 7, hoursBefore(2))
                .engagement(3, 7, 40L, "like", hoursBefore(1))
                .write();
        String[] settings = {
            "candidates.keep=3",
            "rules.seen=off",
            "candidates.sources.social_proof=null",
            "candidates.sources.in_network.quota=1"
        };
        Map<String, String> byOne = judged(world, settings);
        settings[3] = "candidates.sources.in_network.quota=3";
        Map<String, String> byThree = judged(world, settings);

        assertEquals("in_network [in_network 3] [below_round_robin]", byOne.get("1 12"));
        assertEquals("popular [popular 2] []", byOne.get("1 40"));
        assertEquals("in_network [in_network 3] []", byThree.get("1 12"));
        assertEquals("popular [popular 2] [below_round_robin]", byThree.get("1 40"));
    }

    @Test
    void proposalsAreMergedPerUserAndItemAndNobodyIsLost() {
        assertEquals(ALL, judged(world().write()), "user 6 is no target");
    }

    @Test
    void aSourceProposesOnlyToThoseWhoHaveTheSettingOnThatItNeeds() {
        TinyWorld world = new TinyWorld(directory)
                .user(1)
                .user(2, "has_recommendations", false)
                .user(3, "has_topics", false)
                .user(4, "has_recommendations", false, "has_topics", false)
                .user(5, "has_recommendations", false)
                .user(11)
                .user(12)
                .user(13)
                .post(20, 11, hoursBefore(2))
                .post(21, 13, hoursBefore(2), "language", "de")
                .postTopic(20, 7, 0.9, hoursBefore(2))
                .engagement(12, 11, 20L, "like", hoursBefore(1));
        // User 6 has no row in users; user 5 could get social proof and popular posts alone.
        for (long user : List.of(1L, 2L, 3L, 4L, 6L)) {
            world.follow(user, 12).follow(user, 13).topicFollow(user, 7);
        }
        world.follow(5, 12).write();
        Map<String, String> proposed = new TreeMap<>();
        try (StageContext context = world.context(ConfigFile.shipped(), new Candidates())) {
            context.relations()
                    .instead(
                            Table.TARGETS,
                            context.relations()
                                    .spark()
                                    .range(1, 7)
                                    .selectExpr(
                                            "id AS user_id",
                                            "'FR' AS country",
                                            "'fr' AS language",
                                            "true AS is_eligible"));
            for (Row row : new Candidates().judge(context).collectAsList()) {
                List<String> sources = row.isNullAt(row.fieldIndex("sources"))
                        ? row.getList(row.fieldIndex("reasons"))
                        : row.<Row>getList(row.fieldIndex("sources")).stream()
                                .map(source -> source.<String>getAs("source"))
                                .toList();
                proposed.put(row.getAs("user_id") + " " + row.getAs("item_id"), String.join(" ", sources));
            }
        }

        assertEquals(
                Map.ofEntries(
                        Map.entry("1 20", "social_proof followed_topics popular"),
                        Map.entry("1 21", "in_network"),
                        Map.entry("2 20", "followed_topics"),
                        Map.entry("2 21", "in_network"),
                        Map.entry("3 20", "social_proof popular"),
                        Map.entry("3 21", "in_network"),
                        Map.entry("4 21", "in_network"),
                        Map.entry("5 null", "no_candidates"),
                        Map.entry("6 21", "in_network")),
                proposed);
    }

    @Test
    void withoutTheTablesOfAnySourceTheRunStops() {
        TinyWorld world = new TinyWorld(directory).people(1).write();
        ConfigFile config = ConfigFile.shipped();
        for (String source : List.of("in_network", "social_proof", "co_engagement", "popular")) {
            config = config.set("candidates.sources." + source + "=null");
        }
        try (StageContext context = world.context(config, new Candidates())) {
            context.relations()
                    .instead(Table.TARGETS, context.read(Table.USERS).withColumn("is_eligible", functions.lit(true)));

            Expect.failure(
                    ExitCode.INPUT_REJECTED,
                    "every source of candidates is skipped: no input table of any is there",
                    () -> new Candidates().judge(context));
        }
    }

    @Test
    void aStageBeforeWhichNothingRanSaysWhatIsMissing() {
        TinyWorld world = new TinyWorld(directory).people(1).write();
        try (StageContext context = world.context(ConfigFile.shipped(), new Candidates())) {
            Expect.failure(
                    ExitCode.INPUT_REJECTED,
                    "table targets has no partition ds=2026-03-14 in "
                            + world.layout().output() + "/targets: run the stage that writes it first",
                    () -> new Candidates().judge(context));
        }
    }
}
