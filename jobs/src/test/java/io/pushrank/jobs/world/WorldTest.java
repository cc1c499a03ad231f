package io.pushrank.jobs.world;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Check;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorldTest {
    private static final WorldOptions OPTIONS = new WorldOptions(300, 14, 7, LocalDate.parse("2026-03-14"), 7);
    private static final String AS_OF = "timestamp(ds) + INTERVAL 12 HOURS";

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private static Path directory;

    @BeforeAll
    void generate() {
        World.generate(spark, OPTIONS, world());
        inputs().forEach(table -> read(table).createOrReplaceTempView(table.tableName()));
        spark.read().parquet(world() + "/oracle").createOrReplaceTempView("oracle");
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void everyInputHoldsItsContract(Table table) {
        Dataset<Row> rows = read(table);
        assertTrue(rows.count() > 0, () -> table.tableName() + " must have rows, but has none");
        assertEquals(
                Stream.of(table.schema().fieldNames()).toList(),
                Stream.of(rows.drop("ds").schema().fieldNames()).toList());
        Stream.of(table.schema().fields())
                .filter(field -> !field.nullable())
                .forEach(field -> assertNone(rows.filter(col(field.name()).isNull()), "NULL " + field.name()));
        Stream<String> key = table.group() == Table.Group.STATE
                ? Stream.concat(Stream.of("ds"), table.key().stream())
                : table.key().stream();
        String keys = String.join(", ", key.toList());
        assertNone(
                rows.groupBy(functions.expr("struct(" + keys + ")")).count().filter("count > 1"),
                "duplicate key in " + table.tableName());
        for (Check check : table.checks()) {
            assertNone(violations(rows, check), check.reason());
        }
    }

    private static Dataset<Row> violations(Dataset<Row> rows, Check check) {
        if (check instanceof Check.OfRow ofRow) {
            return rows.filter(functions.not(ofRow.holds()));
        }
        return dangling(rows, (Check.References) check);
    }

    static Stream<Table> inputs() {
        return Table.inputs().filter(WorldRows::has);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void everyEventLiesInTheDayOfItsPartition(Table table) {
        table.eventTime()
                .ifPresent(time -> assertNone(read(table).filter("date(" + time + ") != ds"), "event of another day"));
    }

    @Test
    void noEventLacksItsAccountInTheLatestSnapshot() {
        String latest = "CASE WHEN e.ds >= '2026-03-14' THEN '2026-03-14' WHEN e.ds >= '2026-03-08' THEN '2026-03-08'"
                + " ELSE '2026-03-01' END";
        for (String event : List.of("engagements", "notifications", "posts")) {
            String actor = event.equals("posts") ? "author_id" : "user_id";
            assertNone(
                    spark.sql("SELECT e.* FROM " + event + " e LEFT ANTI JOIN users u ON e." + actor
                            + " = u.user_id AND string(u.ds) = " + latest),
                    event + " without an account");
        }
    }

    @Test
    void nobodyActsBeforeTheAccountOrThePostExists() {
        assertNone(
                spark.sql("SELECT 1 FROM engagements JOIN users USING (user_id) WHERE engaged_at < created_at"),
                "engagement before the account");
        assertNone(
                spark.sql("SELECT 1 FROM posts p JOIN users u ON p.author_id = u.user_id"
                        + " WHERE p.created_at < u.created_at"),
                "post before the account");
        assertNone(
                spark.sql("SELECT 1 FROM engagements e JOIN posts p USING (post_id) WHERE e.engaged_at < p.created_at"
                        + " OR e.author_id != p.author_id"),
                "engagement before the post, or with another author");
        assertNone(
                spark.sql("SELECT 1 FROM engagements e LEFT ANTI JOIN posts p ON e.post_id = p.post_id"
                        + " WHERE e.post_id IS NOT NULL"),
                "engagement with no post");
        assertNone(
                spark.sql("SELECT 1 FROM posts r LEFT JOIN posts p ON r.in_reply_to_post_id = p.post_id"
                        + " WHERE r.in_reply_to_post_id IS NOT NULL"
                        + " AND (p.post_id IS NULL OR p.created_at >= r.created_at)"),
                "reply before what it answers");
        assertNone(
                spark.sql("SELECT 1 FROM follows f JOIN users a ON f.user_id = a.user_id AND f.ds = a.ds"
                        + " JOIN users b ON f.followee_id = b.user_id AND f.ds = b.ds"
                        + " WHERE followed_at < greatest(a.created_at, b.created_at)"),
                "follow before the accounts");
    }

    @Test
    void pushesComeWithinEightHoursOfTheAsOfInstantFromPostsOfTheDayBeforeIt() {
        assertNone(
                spark.sql("SELECT 1 FROM (SELECT *, " + AS_OF + " AS as_of FROM notifications) n"
                        + " LEFT JOIN posts p ON n.item_id = p.post_id WHERE p.post_id IS NULL"
                        + " OR p.created_at > as_of OR p.created_at <= as_of - INTERVAL 24 HOURS"
                        + " OR sent_at < as_of OR sent_at >= as_of + INTERVAL 8 HOURS"),
                "push of an unfit post or time");
        assertNone(
                spark.sql("SELECT 1 FROM notifications WHERE engaged_at IS NOT NULL"
                        + " AND (least(opened_at, ntab_clicked_at) IS NULL OR"
                        + " engaged_at <= least(opened_at, ntab_clicked_at))"),
                "engaged with without an opening before it");
    }

    @Test
    void everyKindOfThingHappens() {
        inputs().flatMap(table -> table.checks().stream()
                        .filter(check -> check instanceof Check.OneOf oneOf
                                && oneOf.column().equals("kind"))
                        .flatMap(check -> ((Check.OneOf) check)
                                .values().stream()
                                        // Live items are the import's alone.
                                        .filter(kind -> !kind.equals("update"))
                                        .map(kind -> table.tableName() + " WHERE kind = '" + kind + "'")))
                .forEach(rows ->
                        assertTrue(spark.sql("SELECT 1 FROM " + rows).count() > 0, () -> rows + " must have rows"));
        for (String flag : List.of(
                "is_guest",
                "is_suspended",
                "is_protected",
                "is_unsuitable",
                "NOT is_push_enabled",
                "created_at > timestamp'2026-03-02'",
                "user_id NOT IN (SELECT user_id FROM devices WHERE is_push_capable)")) {
            assertTrue(spark.sql("SELECT 1 FROM users WHERE " + flag).count() > 0, flag);
        }
        assertTrue(
                spark.sql("SELECT 1 FROM relations WHERE kind = 'block' AND EXISTS (SELECT 1 FROM follows"
                                        + " WHERE follows.user_id = relations.other_id"
                                        + " AND follows.followee_id = relations.user_id)")
                                .count()
                        > 0,
                "a followee blocks a follower");
    }

    @Test
    void theOpeningsFollowTheTruth() {
        Dataset<Row> outcomes = spark.sql("SELECT p_oonc, p_engagement, p_dislike,"
                + " coalesce(opened_at, ntab_clicked_at) IS NOT NULL AS oonc, engaged_at IS NOT NULL AS engaged,"
                + " disliked_at IS NOT NULL AS disliked FROM notifications JOIN oracle USING (send_id)");
        assertEquals(read(Table.NOTIFICATIONS).count(), outcomes.count());
        assertCalibrated(outcomes, "p_oonc", "oonc");
        assertCalibrated(outcomes, "p_engagement", "engaged");
        assertCalibrated(outcomes, "p_dislike", "disliked");
        assertCalibrated(outcomes.filter("p_oonc > 0.2"), "p_oonc", "oonc");
        double openRate = outcomes.selectExpr("avg(p_oonc)").head().getDouble(0);
        assertTrue(openRate > 0.08 && openRate < 0.12, () -> "open rate " + openRate);
    }

    /** Openings are independent draws: their count lies within four standard deviations of the sum of probabilities. */
    private static void assertCalibrated(Dataset<Row> outcomes, String probability, String outcome) {
        Row row = outcomes.selectExpr(
                        "sum(" + probability + ")",
                        "sqrt(sum(" + probability + " * (1 - " + probability + ")))",
                        "cast(count_if(" + outcome + ") AS DOUBLE)")
                .head();
        assertEquals(row.getDouble(0), row.getDouble(2), 4 * row.getDouble(1), outcome);
    }

    @Test
    void theTruthOfAnyPairIsThatOfTheOracle() {
        Dataset<Row> oracle = spark.table("oracle");
        Dataset<Row> again = new TruthOf(spark, world())
                .of(spark.sql("SELECT user_id, item_id, send_id, notification_type, sent_at AS at FROM notifications"));
        assertEquals(OPTIONS, World.readOptions(spark, world()));
        assertNone(
                again.select("send_id", "p_oonc", "p_engagement", "p_dislike", "gain", "p_opt_out")
                        .except(oracle.select("send_id", "p_oonc", "p_engagement", "p_dislike", "gain", "p_opt_out")),
                "another truth");
    }

    /** Where nothing is pushed in between, the mean of what is true in the middle of each hour. */
    @Test
    void whatCanBeForeseenIsTheMeanOverTheHoursInWhichAPushMayBeSent() {
        TruthOf truth = new TruthOf(spark, world());
        Instant at = Instant.parse("2026-03-14T23:00:00Z");
        Dataset<Row> pushes =
                spark.sql("SELECT user_id, item_id, send_id FROM notifications").withColumn("at", functions.lit(at));
        Dataset<Row> hours = spark.range(Pushing.HOURS).toDF("hour");
        Dataset<Row> mean = truth.of(pushes.crossJoin(hours)
                        .withColumn("notification_type", functions.lit(TruthOf.ANY_TYPE))
                        .withColumn("at", functions.expr("at + make_dt_interval(0, hour, 30)")))
                .groupBy("send_id")
                .agg(
                        functions.avg("p_oonc").as("oonc"),
                        functions.avg("p_engagement").as("engagement"));

        Row worst = truth.foreseen(pushes)
                .join(mean, "send_id")
                .selectExpr(
                        "count(*)",
                        "max(abs(foreseen_oonc - oonc))",
                        "max(abs(foreseen_engagement - engagement))",
                        "max(foreseen_oonc) - min(foreseen_oonc)")
                .head();

        assertEquals(spark.table("notifications").count(), worst.getLong(0));
        assertEquals(0, worst.getDouble(1), 1e-12);
        assertEquals(0, worst.getDouble(2), 1e-12);
        assertTrue(worst.getDouble(3) > 0.3);
    }

    /** Against the truth of every pair, one by one. */
    @Test
    void theBestPostsOfAUserAreTheBestOfAllPairs() {
        Instant at = Instant.parse("2026-03-13T12:00:00Z");
        TruthOf truth = new TruthOf(spark, world());
        Dataset<Row> users = spark.range(1, 40).select(col("id").as("user_id"));
        Dataset<Row> posts = spark.sql(
                "SELECT post_id AS item_id, author_id FROM posts"
                        + " WHERE created_at > timestamp'2026-03-12 12:00:00' AND created_at <= timestamp'2026-03-13 12:00:00'");
        Dataset<Row> pairs = users.crossJoin(posts)
                .filter("user_id <> author_id")
                .withColumn("notification_type", functions.lit(TruthOf.ANY_TYPE))
                .withColumn("at", functions.lit(at));
        List<Row> naive = truth.of(pairs)
                .groupBy("user_id")
                .agg(
                        functions.max("p_oonc").as("best"),
                        functions
                                .max_by(col("item_id"), functions.expr("struct(p_oonc, -item_id)"))
                                .as("item_id"),
                        functions.avg("p_oonc").as("mean"))
                .orderBy("user_id")
                .collectAsList();
        long[] ids =
                posts.collectAsList().stream().mapToLong(row -> row.getLong(0)).toArray();

        List<Row> best = truth.best(users, ids, at, TruthOf.Value.OONC, 3)
                .orderBy("user_id")
                .collectAsList();

        assertEquals(39, best.size());
        for (int user = 0; user < best.size(); user++) {
            List<Row> three = best.get(user).getList(2);
            assertEquals(naive.get(user).getLong(0), best.get(user).getLong(0));
            assertEquals(naive.get(user).getDouble(1), three.get(0).getDouble(1));
            assertEquals(naive.get(user).getLong(2), three.get(0).getLong(0));
            assertEquals(naive.get(user).getDouble(3), best.get(user).getDouble(1), 1e-12);
            assertTrue(three.size() == 3
                    && three.get(0).getDouble(1) >= three.get(1).getDouble(1));
        }
    }

    @Test
    void thePartitioningChangesNoRow() {
        String other = directory.resolve("other").toString();
        World.generate(spark, OPTIONS, other, 3);
        Stream.concat(inputs().map(table -> "0-inputs/" + table.tableName()), Stream.of("oracle", "oracle_posts"))
                .forEach(table -> assertEquals(digest(world() + "/" + table), digest(other + "/" + table), table));
    }

    @Test
    void anotherSeedIsAnotherWorld() {
        WorldModel model = WorldModel.of(OPTIONS);
        WorldModel other = WorldModel.of(new WorldOptions(300, 14, 8, OPTIONS.lastDay(), 7));
        assertTrue(!model.graph()
                .follows(model.population().person(1))
                .equals(other.graph().follows(other.population().person(1))));
    }

    private String digest(String path) {
        return spark.read()
                .parquet(path)
                .selectExpr("count(*)", "sum(cast(xxhash64(*) AS DECIMAL(38, 0)))")
                .head()
                .toString();
    }

    private static Dataset<Row> dangling(Dataset<Row> rows, Check.References reference) {
        SparkSession spark = SharedSpark.session();
        Dataset<Row> keys =
                spark.table(reference.table()).select(col(reference.keyColumn()).as("known"));
        return rows.filter(col(reference.column()).isNotNull())
                .join(keys, col(reference.column()).equalTo(col("known")), "left_anti");
    }

    private Dataset<Row> read(Table table) {
        return spark.read().parquet(world() + "/0-inputs/" + table.tableName());
    }

    private String world() {
        return directory.resolve("world").toString();
    }

    private static void assertNone(Dataset<Row> wrong, String what) {
        List<Row> examples = wrong.limit(3).collectAsList();
        assertTrue(examples.isEmpty(), () -> what + ": " + examples);
    }
}
