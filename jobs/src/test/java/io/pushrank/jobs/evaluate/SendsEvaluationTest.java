package io.pushrank.jobs.evaluate;

import static io.pushrank.jobs.evaluate.InputFiles.engagement;
import static io.pushrank.jobs.evaluate.InputFiles.follow;
import static io.pushrank.jobs.evaluate.InputFiles.post;
import static io.pushrank.jobs.evaluate.InputFiles.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.text.Documents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four users at noon of 2 March: 1 follows 2 and 3, 2 follows 3, 3 follows 1, 4 follows nobody. Posts: 10 by 1, 11 by 2, 12
 * by 3, all fresh, and 13 by 4, which is older than a day.
 */
class SendsEvaluationTest {
    private static final LocalDate DATE = LocalDate.parse("2026-03-02");
    private static final Facts FACTS = Facts.of(ConfigFile.shipped());

    @TempDir
    private static Path directory;

    private static Layout layout;
    private static Evaluation evaluation;

    @BeforeAll
    static void writeAndEvaluate() {
        new InputFiles(directory.resolve("input"))
                .write(Table.FOLLOWS, "2026-03-02", follow(1, 2), follow(1, 3), follow(2, 3), follow(3, 1))
                .write(Table.POSTS, "2026-03-01", post(12, 3, "2026-03-01 13:00"), post(13, 4, "2026-03-01 08:00"))
                .write(Table.POSTS, "2026-03-02", post(10, 1, "2026-03-02 08:00"), post(11, 2, "2026-03-02 09:00"))
                .write(
                        Table.ENGAGEMENTS,
                        "2026-03-01",
                        // More than a day before: popular yesterday.
                        engagement(1, 4, 13, "like", "2026-03-01 09:00"),
                        engagement(2, 4, 13, "like", "2026-03-01 09:00"),
                        engagement(3, 4, 13, "like", "2026-03-01 09:00"),
                        engagement(4, 3, 13, "like", "2026-03-01 09:00"))
                .write(
                        Table.ENGAGEMENTS,
                        "2026-03-02",
                        engagement(2, 1, 10, "like", "2026-03-02 10:00"),
                        engagement(3, 1, 10, "repost", "2026-03-02 10:00"),
                        engagement(4, 1, 10, "click", "2026-03-02 10:00"),
                        engagement(1, 2, 11, "like", "2026-03-02 10:00"),
                        engagement(4, 2, 11, "like", "2026-03-02 10:00"),
                        // One person, however often; impressions and the author's own do not count.
                        engagement(1, 3, 12, "like", "2026-03-02 10:00"),
                        engagement(1, 3, 12, "click", "2026-03-02 10:01"),
                        engagement(2, 3, 12, "impression", "2026-03-02 10:00"),
                        engagement(4, 3, 12, "impression", "2026-03-02 10:00"),
                        engagement(3, 3, 12, "repost", "2026-03-02 10:00"),
                        // Labels: what follows noon.
                        engagement(1, 3, 12, "like", "2026-03-02 13:00"),
                        engagement(1, 2, 11, "impression", "2026-03-02 13:00"),
                        engagement(3, 2, 11, "quote", "2026-03-02 15:00"),
                        engagement(4, 2, 11, "like", "2026-03-02 16:00"),
                        engagement(4, 4, 13, "like", "2026-03-02 16:00"),
                        engagement(1, 4, 13, "click", "2026-03-02 17:00"))
                .write(
                        Table.ENGAGEMENTS,
                        "2026-03-03",
                        engagement(2, 3, 12, "reply", "2026-03-03 11:59"),
                        // The window has ended.
                        engagement(2, 1, 10, "like", "2026-03-03 12:00"));
        new InputFiles(directory.resolve("output"))
                .write(Table.SENDS, "2026-03-02", send(1, 12, 3), send(2, 10, 1), send(4, 11, 2));
        layout = new Layout(directory + "/input", directory + "/output", directory + "/models");
        Storage storage = new Storage(SharedSpark.session().sparkContext().hadoopConfiguration());
        Published.record(storage, layout, Table.SENDS, DATE, 3);
        evaluation = new SendsEvaluation(SharedSpark.session(), layout, FACTS).evaluate(DATE);
    }

    @Test
    void mostPopularIsTheSameForAllButItsAuthor() {
        // 10 has three people, 11 two, 12 one; 10 is user 1's own.
        assertEquals(List.of("1 11", "2 10", "4 10"), sends("most_popular"));
    }

    @Test
    void mostRecentByFolloweesLeavesOutWhoFollowsNobody() {
        assertEquals(List.of("1 11", "2 12"), sends("most_recent_by_followees"));
    }

    @Test
    void actionsOfTheWindowAreReadFromTheNextDayTooAndEndWithIt() {
        try (Relations relations = relations()) {
            assertEquals(
                    List.of("1 12", "1 13", "2 12", "3 11", "4 11"),
                    pairs(new Policies(relations).actions(Instant.parse("2026-03-03T12:00:00Z"))));
        }
    }

    @Test
    void reachableIsWhatIsFreshAndInTheNetwork() {
        // 13 is too old, user 4 has no network; user 3 follows user 1, who had liked 11.
        try (Relations relations = relations()) {
            Policies policies = new Policies(relations);
            assertEquals(
                    List.of("1 12", "2 12", "3 11"),
                    pairs(policies.reachable(policies.actions(Instant.parse("2026-03-03T12:00:00Z")))));
        }
    }

    @Test
    void figuresAreThoseCountedByHand() {
        check("pushrank", 3, 2, 1);
        check("most_popular", 3, 0, 0);
        check("most_recent_by_followees", 2, 1, 1);
        assertEquals(3, evaluation.metrics().number("reachable"));
        assertEquals(
                2.0 / 3 - 1.0 / 2,
                evaluation.metrics().group("most_recent_by_followees").number("pushrank_precision_difference"),
                1e-12);
    }

    @Test
    void metricsFileHasTheseKeys() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Storage storage = new Storage(SharedSpark.session().sparkContext().hadoopConfiguration());
        evaluation.publish(storage, new PrintStream(printed, true, StandardCharsets.UTF_8));
        String file = directory + "/output/evaluations/ds=2026-03-02/metrics.json";
        JsonNode json = Documents.JSON.readTree(Path.of(file).toFile());
        assertEquals(
                Set.of(
                        "pushrank",
                        "most_popular",
                        "most_recent_by_followees",
                        "best_candidates",
                        "reachable",
                        "users",
                        "resamples",
                        "seed",
                        "date",
                        "from",
                        "to",
                        "is_window_complete"),
                keys(json));
        Set<String> own = Set.of(
                "sends",
                "hits",
                "precision",
                "precision_low",
                "precision_high",
                "recall",
                "recall_low",
                "recall_high",
                "reachable_hits");
        assertEquals(own, keys(json.get("pushrank")));
        Set<String> compared = new TreeSet<>(own);
        compared.addAll(Set.of(
                "pushrank_precision_difference",
                "pushrank_precision_difference_low",
                "pushrank_precision_difference_high"));
        assertEquals(compared, keys(json.get("most_popular")));
        assertTrue(json.get("is_window_complete").booleanValue());
        assertTrue(printed.toString(StandardCharsets.UTF_8).endsWith("written to " + file + "\n"));
    }

    @Test
    void aWindowThatEngagementsDoNotCoverIsToldOf() {
        try (Relations relations = relations()) {
            assertTrue(relations.inputs().hasLabels(Table.ENGAGEMENTS, Instant.parse("2026-03-04T00:00:00Z")));
            assertFalse(relations.inputs().hasLabels(Table.ENGAGEMENTS, Instant.parse("2026-03-04T00:00:01Z")));
        }
    }

    @Test
    void aDateWithoutSendsIsRefused() {
        assertEquals(
                "table sends has no partition ds=2026-03-03 in " + directory
                        + "/output/sends: run the stage that writes it first",
                assertThrows(PushrankException.class, () -> new SendsEvaluation(SharedSpark.session(), layout, FACTS)
                                .evaluate(DATE.plusDays(1)))
                        .getMessage());
    }

    private static void check(String policy, int sends, int hits, int reachableHits) {
        Metrics metrics = evaluation.metrics().group(policy);
        assertEquals(sends, metrics.number("sends"));
        assertEquals(hits, metrics.number("hits"));
        assertEquals(reachableHits, metrics.number("reachable_hits"));
        assertEquals((double) hits / sends, metrics.number("precision"), 1e-12);
        assertEquals(reachableHits / 3.0, metrics.number("recall"), 1e-12);
        assertTrue(metrics.number("precision_low") <= metrics.number("precision"));
        assertTrue(metrics.number("precision_high") >= metrics.number("precision"));
    }

    private static List<String> sends(String policy) {
        try (Relations relations = relations()) {
            return pairs(new Policies(relations).sends().filter("policy = '" + policy + "'"));
        }
    }

    private static Relations relations() {
        return Relations.of(
                SharedSpark.session(),
                layout,
                FACTS,
                DATE,
                FACTS.config().asOf(DATE),
                Findings.none(),
                Set.of(Table.POSTS, Table.FOLLOWS, Table.ENGAGEMENTS, Table.SENDS));
    }

    private static List<String> pairs(Dataset<Row> rows) {
        return rows.select("user_id", "item_id").orderBy("user_id", "item_id").collectAsList().stream()
                .map(row -> row.getLong(0) + " " + row.getLong(1))
                .toList();
    }

    private static Set<String> keys(JsonNode json) {
        Set<String> keys = new TreeSet<>();
        json.fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
