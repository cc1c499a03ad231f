package io.pushrank.jobs.evaluate;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.offpolicy.Estimator;
import io.pushrank.jobs.offpolicy.LoggedDecision;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sixty users, each with the posts 1 to 4 by user 99 ranked in this order, of which a rule removes 2. */
class PolicyEvaluationTest {
    private static final long USERS = 60;
    private static final PolicyEvaluation.Settings OONC =
            new PolicyEvaluation.Settings(PolicyEvaluation.Value.OONC, 0.001, 0.05, 10);
    private static final String LOGGED = "{no_send_share: 0.25, random_share: 0.5}";
    private static final SparkSession SPARK = SharedSpark.session();

    @TempDir
    private static Path directory;

    private static TinyWorld world;

    /** What a user does with a post. */
    private static boolean isOpened(long user, long post) {
        return (user + 3 * post) % 4 == 0;
    }

    private static double predicted(long post) {
        return post / 8.0;
    }

    private static String sendId(long user, long post) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((TinyWorld.DATE + "|" + user + "|post|" + post).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void decideADay() {
        world = new TinyWorld(directory).user(99);
        List<Map<String, Object>> ranked = new ArrayList<>();
        List<Map<String, Object>> targets = new ArrayList<>();
        Instant sent = TinyWorld.AS_OF.plusSeconds(60);
        for (long post = 1; post <= 4; post++) {
            world.post(post, 99, hoursBefore(1));
        }
        for (long user = 1; user <= USERS; user++) {
            world.user(user).engagement(user, 99, 2L, "impression", hoursBefore(1));
            for (long post = 1; post <= 4; post++) {
                world.notification(
                        user,
                        post,
                        99,
                        sent,
                        "send_id",
                        sendId(user, post),
                        "opened_at",
                        isOpened(user, post) ? sent.plusSeconds(60) : null);
                Map<String, Object> row = new HashMap<>();
                row.put("user_id", user);
                row.put("item_type", "post");
                row.put("item_id", post);
                row.put("author_id", 99L);
                row.put("notification_type", "popular");
                row.put("item_created_at", Timestamp.from(hoursBefore(1)));
                row.put("is_in_network", false);
                row.put("sources", new Row[] {RowFactory.create("popular", 1, 1.0, new Long[] {})});
                row.put("light_rank", (int) post);
                row.put("rank", (int) post);
                row.put("score", 1f / post);
                row.put("p_oonc", (float) predicted(post));
                row.put("p_engagement", 0f);
                row.put("features_probability", 1.0);
                ranked.add(row);
            }
            Map<String, Object> target = new HashMap<>();
            target.put("user_id", user);
            target.put("is_eligible", true);
            target.put("push_cap", 5);
            target.put("sent_at_24h", new Timestamp[] {});
            target.put("spacing_seconds", 3600L);
            targets.add(target);
        }
        world.write();
        Published.write(world.layout(), Table.HEAVY_RANKED, TinyWorld.DATE, ranked);
        Published.write(world.layout(), Table.TARGETS, TinyWorld.DATE, targets);
        new Run(
                        SPARK,
                        world.layout(),
                        vocabulary(LOGGED),
                        TinyWorld.DATE,
                        "quality-control",
                        Choices.NONE,
                        new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(new QualityControl()));
    }

    private static Vocabulary vocabulary(String exploration) {
        return Vocabulary.of(ConfigFile.shipped().set("quality_control.exploration=" + exploration));
    }

    private static Metrics evaluate(String exploration, PolicyEvaluation.Settings settings) {
        return new PolicyEvaluation(SPARK, world.layout(), vocabulary(exploration))
                .evaluate(TinyWorld.DATE, TinyWorld.DATE, settings)
                .metrics();
    }

    @Test
    void estimatesAreThoseOfTheLogCalculatedByHand() {
        // The first of three with 0.25 + 0.5 / 3, the others with 0.5 / 3; the target: 0.4 + 0.2, 0.2 and 0.2.
        Map<Long, Double> logged = Map.of(1L, 0.25 + 0.5 / 3, 3L, 0.5 / 3, 4L, 0.5 / 3);
        Map<Long, Double> target = Map.of(1L, 0.6, 3L, 0.2, 4L, 0.2);
        double targetPredicted = 0.6 * predicted(1) + 0.2 * predicted(3) + 0.2 * predicted(4);
        Map<Long, Long> sent = new HashMap<>();
        String sends = new PublishedTables(new Storage(SPARK.sparkContext().hadoopConfiguration()), world.layout())
                .folder(TinyWorld.DATE, world.layout().partition(Table.SENDS, TinyWorld.DATE))
                .orElseThrow();
        SPARK.read()
                .schema(Table.SENDS.schema())
                .parquet(sends)
                .collectAsList()
                .forEach(row -> sent.put(row.getAs("user_id"), row.getAs("item_id")));
        List<LoggedDecision> decisions = new ArrayList<>();
        for (long user = 1; user <= USERS; user++) {
            Long post = sent.get(user);
            decisions.add(
                    post == null
                            ? new LoggedDecision(0, 0.25, 0, 0, targetPredicted)
                            : new LoggedDecision(
                                    isOpened(user, post) ? 1 : 0,
                                    logged.get(post),
                                    target.get(post),
                                    predicted(post),
                                    targetPredicted));
        }

        Metrics metrics = evaluate("{random_share: 0.6}", OONC);

        assertTrue(sent.containsValue(1L) && sent.containsValue(3L) && sent.containsValue(4L), sent.toString());
        assertTrue(sent.size() < USERS, "nothing is sent to some");
        assertEquals(USERS, metrics.number("decisions"));
        assertEquals(sent.size() / (double) USERS, metrics.number("logged_sends"), 1e-12);
        assertEquals(1, metrics.number("target_sends"), 1e-12);
        for (Estimator estimator : Estimator.values()) {
            Metrics own = metrics.group(estimator.key());
            double limit = Double.isNaN(own.number("limit")) ? Double.POSITIVE_INFINITY : own.number("limit");
            assertEquals(estimator.of(decisions, limit), own.number("value"), 1e-9, estimator.key());
            assertTrue(own.number("value_low") <= own.number("value_high"), estimator.key());
        }
    }

    @Test
    void whatTheLogDidTooRarelyIsNotGuessed() {
        // Of the posts that the policy sends, the log has two with a propensity of 1/6.
        Expect.failureMatching(
                ExitCode.INPUT_REJECTED,
                "the log must support at least 0\\.9500 of the policy's decisions, but supports .*: days on which"
                        + " quality_control.exploration is on can answer, or --max-unsupported",
                () -> evaluate(
                        "{random_share: 1}",
                        new PolicyEvaluation.Settings(PolicyEvaluation.Value.OONC, 0.2, 0.05, 10)));
    }

    @Test
    void theLogsOwnPolicyIsWorthWhatHappened() {
        Metrics metrics = evaluate(LOGGED, OONC);

        assertEquals(1, metrics.number("support"), 1e-12);
        assertEquals(USERS, metrics.number("effective_size"), 1e-9);
        assertTrue(metrics.number("logged") > 0);
        assertEquals(metrics.number("logged"), metrics.group("snips").number("value"), 1e-12);
    }
}
