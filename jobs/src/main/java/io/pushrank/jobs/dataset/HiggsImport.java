package io.pushrank.jobs.dataset;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.timestamp_seconds;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.table.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Turns SNAP's higgs-twitter files into input tables.
 *
 * <p>There are no post ids, texts or topics, so an item is an author's story: {@code post_id = author_id = B}, written
 * at the first instant at which B acts or is acted on. Whatever B does later is an engagement of B with the own story,
 * kind {@code update}; it keeps the story alive. What A does to B is an engagement of A with B's story:
 *
 * <ul>
 *   <li>RT is {@code repost} and RE is {@code reply}
 *   <li>MT, a mention, is {@code quote}: it too puts B's name before A's followers, with words of A's own
 * </ul>
 *
 * <p>So OONC is any of repost, reply and quote, and Engagement is repost or reply: here a quote is NOT an engagement.
 *
 * <p>Recipients, the users whose list of follows is known, get a device that can be pushed to; the others are accounts
 * only. State tables have one snapshot, of the first day. Relations, topics and notifications do not exist.
 */
public final class HiggsImport {
    private static final String ACTIVITY = "higgs-activity_time.txt.gz";
    private static final String EDGES = "higgs-social_network.partial.edgelist.gz";
    private static final String SNAPSHOT = "2012-07-01";
    /** When accounts, devices and follows began, as far as is known: before everything else. */
    private static final Column BEFORE = lit("2012-06-01 00:00:00").cast("timestamp");

    private final SparkSession spark;
    private final InputWriter tables;

    private HiggsImport(SparkSession spark, InputWriter tables) {
        this.spark = spark;
        this.tables = tables;
    }

    /**
     * Writes {@code <outputDirectory>/0-inputs/<table>/ds=…}; what is there is replaced.
     *
     * @param higgsDirectory holds {@value #ACTIVITY} and {@value #EDGES}
     * @throws IllegalArgumentException when a file is absent, or a line of the activity file is no action
     */
    public static HiggsSummary run(SparkSession spark, String higgsDirectory, String outputDirectory) {
        return new HiggsImport(spark, new InputWriter(outputDirectory, SNAPSHOT)).run(higgsDirectory);
    }

    private HiggsSummary run(String directory) {
        String edgeFile = DataFiles.require(spark, "Higgs", directory, EDGES);
        Dataset<Row> lines = actionLines(DataFiles.require(spark, "Higgs", directory, ACTIVITY))
                .cache();
        Dataset<Row> actions = lines.filter("a != b").cache();
        EdgeList edges = EdgeList.read(spark, edgeFile);
        Dataset<Row> follows = edges.edges().cache();
        Dataset<Row> recipients = edges.recipients().cache();

        users(lines, follows, recipients);
        tables.write(
                Table.DEVICES,
                recipients.select(
                        col("user_id"),
                        col("user_id").as("device_id"),
                        lit("android").as("platform"),
                        lit(true).as("is_push_capable"),
                        BEFORE.as("registered_at")));
        tables.write(
                Table.FOLLOWS, follows.withColumn("followed_at", BEFORE).withColumn("is_device_follow", lit(false)));
        stories(actions);

        Dataset<Row> byRecipients = actions.join(recipients, col("a").equalTo(col("user_id")), "left_semi");
        return new HiggsSummary(
                lines.count(),
                lines.count() - actions.count(),
                recipients.count(),
                byRecipients.select("a").distinct().count(),
                byRecipients.count(),
                edges.dropped(),
                tables.rows());
    }

    private Dataset<Row> actionLines(String file) {
        Dataset<Row> lines = spark.read()
                .option("sep", " ")
                .option("mode", "PERMISSIVE")
                .schema("a BIGINT, b BIGINT, second BIGINT, kind STRING")
                .csv(file);
        Dataset<Row> bad = lines.filter(coalesce(col("a").gt(0), lit(false))
                .and(coalesce(col("b").gt(0), lit(false)))
                .and(coalesce(col("second").gt(0), lit(false)))
                .and(coalesce(col("kind").isin("RT", "MT", "RE"), lit(false)))
                .unary_$bang());
        if (!bad.isEmpty()) {
            throw new IllegalArgumentException(file + ": a line must be two user ids, a second and RT, MT or RE, "
                    + bad.count() + " are not, such as: " + bad.first());
        }
        return lines.withColumn("at", timestamp_seconds(col("second")));
    }

    private void users(Dataset<Row> lines, Dataset<Row> follows, Dataset<Row> recipients) {
        Dataset<Row> ids = recipients
                .select("user_id")
                .union(follows.select("followee_id"))
                .union(lines.select("a"))
                .union(lines.select("b"))
                .distinct();
        tables.write(
                Table.USERS,
                ids.withColumn("created_at", BEFORE)
                        .withColumn("is_push_enabled", lit(true))
                        .withColumn("has_recommendations", lit(true))
                        .withColumn("has_topics", lit(true)));
    }

    private void stories(Dataset<Row> actions) {
        Dataset<Row> appearances = actions.select(
                        col("a").as("author_id"), col("at"), lit(true).as("is_actor"))
                .union(actions.select(col("b"), col("at"), lit(false)));
        Dataset<Row> stories = appearances
                .groupBy("author_id")
                .agg(org.apache.spark.sql.functions.min("at").as("first_at"))
                .cache();
        tables.write(
                Table.POSTS,
                stories.select(
                        col("author_id").as("post_id"),
                        col("author_id"),
                        col("first_at").as("created_at"),
                        lit("none").as("media"),
                        lit(0).as("text_length"),
                        to_date(col("first_at")).cast("string").as("ds")));
        // An author may act on several people within one second: that is one sign of life.
        Dataset<Row> updates = appearances
                .filter("is_actor")
                .join(stories, "author_id")
                .filter(col("at").gt(col("first_at")))
                .select(
                        col("author_id").as("user_id"),
                        col("author_id"),
                        lit("update").as("kind"),
                        col("at"))
                .distinct();
        Column kind = when(col("kind").equalTo("RT"), "repost")
                .when(col("kind").equalTo("RE"), "reply")
                .otherwise("quote");
        tables.write(
                Table.ENGAGEMENTS,
                actions.select(col("a").as("user_id"), col("b").as("author_id"), kind.as("kind"), col("at"))
                        .distinct()
                        .union(updates)
                        .select(
                                col("user_id"),
                                col("author_id"),
                                col("author_id").as("post_id"),
                                col("kind"),
                                col("at").as("engaged_at"),
                                to_date(col("at")).cast("string").as("ds")));
    }
}
