package io.pushrank.jobs.examples;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.ExamplesConfig;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.TableDigest;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.Hydration;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Training examples: what candidates looked like at as-of instants of the past, and what came of them.
 *
 * <p>Features are computed by the same joins and expressions as in the daily run, from what was known before the instant;
 * labels come from the window after it.
 */
public final class Examples {
    private static final long MILLION = 1_000_000;

    /** A user whose last visit is as long ago, or who never visited, is dormant. */
    private static final Duration DORMANT = Duration.ofDays(14);

    private static final Reference AUTHOR = new Reference("item", "author_id");
    private static final Reference CREATED = new Reference("item", "created_at");
    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final RankingConfig config;
    private final FeatureList features;

    public Examples(SparkSession spark, Layout layout, Vocabulary vocabulary, FeatureList features) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.config = vocabulary.config();
        this.features = features;
    }

    /** The instants from the first to the last date's as-of instant, so many hours apart. */
    public static List<Instant> instants(RankingConfig config, LocalDate from, LocalDate to, int everyHours) {
        List<Instant> instants = new ArrayList<>();
        Duration step = Duration.ofHours(everyHours);
        for (Instant instant = config.asOf(from); !instant.isAfter(config.asOf(to)); instant = instant.plus(step)) {
            instants.add(instant);
        }
        return instants;
    }

    /** Writes the examples of each instant to {@code examples/ds=…/labels=…/hour=HH}. */
    public void write(
            List<Instant> instants,
            Findings findings,
            Publisher publisher,
            Progress progress,
            List<Manifest.StageReport> reports,
            Map<String, String> notes) {
        for (Instant instant : instants) {
            Instant started = Instant.now();
            String hour = instant.truncatedTo(ChronoUnit.HOURS).toString().substring(0, 13);
            progress.start(hour);
            String destination = partition(layout, config.examples().labels(), instant);
            TableDigest written;
            LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
            String name =
                    destination.substring(layout.partition(Table.EXAMPLES, day).length() + 1);
            Publisher.Token token = publisher.begin(Channel.EXAMPLES, day, List.of(name));
            try (StageContext context = context(instant, findings)) {
                written = publisher.stage(Table.EXAMPLES, of(context), destination);
                context.noteWritten("examples." + hour);
                notes.putAll(context.notes());
            }
            publisher.publish(name, token, "", Map.of());
            Manifest.StageReport report = new Manifest.StageReport(
                    hour,
                    written.rows(),
                    written.rows(),
                    0,
                    Manifest.StageReport.secondsSince(started),
                    Map.of(Table.EXAMPLES.tableName() + "/" + hour, written.digest()),
                    Map.of(),
                    "");
            reports.add(report);
            progress.end(report);
        }
    }

    private static String partition(Layout layout, ExampleLabels labels, Instant instant) {
        LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
        return layout.partition(Table.EXAMPLES, day) + "/labels=" + labels + "/hour="
                + "%02d".formatted(instant.atOffset(ZoneOffset.UTC).getHour());
    }

    private StageContext context(Instant instant, Findings findings) {
        LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
        return StageContext.ofProposals(
                spark, layout, vocabulary, day, instant, findings, Hydration.references(features));
    }

    /** Examples of one instant. */
    Dataset<Row> of(StageContext context) {
        Instant instant = context.asOf();
        ExamplesConfig examples = config.examples();
        Instant until = instant.plus(examples.window());
        Dataset<Row> rows =
                switch (examples.labels()) {
                    case NOTIFICATIONS ->
                        sent(context, context.relations().inputs().labels(Table.NOTIFICATIONS, instant, until));
                    case ENGAGEMENTS ->
                        actedOn(context, context.relations().inputs().labels(Table.ENGAGEMENTS, instant, until));
                    case CANDIDATES -> proposed(context);
                };
        Column isNew = col("user_created_at").gt(lit(instant.minus(Duration.ofDays(examples.newUserDays()))));
        Dataset<Row> accounts = context.read(Table.USERS)
                .select(
                        col("user_id"),
                        col("created_at").as("user_created_at"),
                        col("last_visit_at").as("user_visited_at"));
        return Hydration.both(context, sampled(rows).join(accounts, "user_id"), features)
                .withColumn("as_of", lit(instant))
                .withColumn("is_new_user", isNew)
                .withColumn("user_state", userState(isNew, instant))
                .withColumn("sources", coalesce(col("sources.source"), lit(new String[0])));
    }

    /**
     * new, active or dormant.
     *
     * @param isNew whether the account is new at the instant, BOOLEAN; beside it {@code user_visited_at}, NULL: never
     */
    static Column userState(Column isNew, Instant instant) {
        return when(isNew, "new")
                .when(col("user_visited_at").gt(lit(instant.minus(DORMANT))), "active")
                .otherwise("dormant");
    }

    /** What was sent in the window, with what candidate generation says of it where it proposes it. */
    private Dataset<Row> sent(StageContext context, Dataset<Row> notifications) {
        Dataset<Row> labeled = notifications
                .filter(isUserDrawn())
                .groupBy("user_id", "item_type", "item_id")
                .agg(
                        flag(col("opened_at")
                                        .isNotNull()
                                        .or(col("ntab_clicked_at").isNotNull()))
                                .as("label_oonc"),
                        flag(col("engaged_at").isNotNull()).as("label_engagement"),
                        flag(col("disliked_at").isNotNull()).as("label_dislike"));
        Dataset<Row> candidates =
                Candidates.merged(context, targets(context, labeled), labeled).drop("author_id");
        Column[] columns = Stream.concat(
                        Arrays.stream(labeled.columns()).map(functions::col),
                        Stream.of(col(AUTHOR.toString()).as("author_id")))
                .toArray(Column[]::new);
        return context.facts(List.of(AUTHOR, CREATED))
                .join(labeled)
                .filter(col(CREATED.toString()).isNotNull())
                .select(columns)
                .join(candidates, new String[] {"user_id", "item_type", "item_id"}, "left_outer");
    }

    /** Every candidate of the instant, and whether its recipient acted on it in the window. */
    private Dataset<Row> actedOn(StageContext context, Dataset<Row> engagements) {
        Column kind = col("kind");
        Dataset<Row> labels = engagements
                .filter(col("user_id").notEqual(col("author_id")))
                .groupBy(
                        col("user_id"),
                        lit(Table.POST).as("item_type"),
                        col("post_id").as("item_id"))
                .agg(
                        flag(kind.isin("click", "like", "repost", "reply", "quote"))
                                .as("label_oonc"),
                        flag(kind.isin("like", "repost", "reply")).as("label_engagement"),
                        flag(kind.isin("dislike", "report")).as("label_dislike"));
        return Candidates.merged(context, targets(context, reachable(context)))
                .join(labels, new String[] {"user_id", "item_type", "item_id"}, "left_outer")
                .na()
                .fill(0, new String[] {"label_oonc", "label_engagement", "label_dislike"});
    }

    /** Every candidate of the instant, without labels: what the light ranker learns the heavy ranker's scores on. */
    private Dataset<Row> proposed(StageContext context) {
        return Candidates.merged(context, targets(context, reachable(context)))
                .withColumn("label_oonc", lit(0f))
                .withColumn("label_engagement", lit(0f))
                .withColumn("label_dislike", lit(0f));
    }

    private Dataset<Row> reachable(StageContext context) {
        return context.read(Table.DEVICES)
                .filter(col("is_push_capable").and(isUserDrawn()))
                .select("user_id")
                .distinct();
    }

    private static Dataset<Row> targets(StageContext context, Dataset<Row> users) {
        return context.read(Table.USERS).join(users.select("user_id").distinct(), "user_id");
    }

    /** Keeps every positive, and of the others the configured share; the weight makes up for it. */
    private Dataset<Row> sampled(Dataset<Row> rows) {
        double share = config.examples().negativesShare();
        Column isDrawn = pmod(xxhash64(lit(config.seed()), col("user_id"), col("item_id")), lit(MILLION))
                .lt(lit(share * MILLION));
        Column isPositive = col("label_oonc").gt(0).or(col("label_dislike").gt(0));
        return rows.filter(isPositive.or(isDrawn))
                .withColumn("weight", when(isPositive, lit(1f)).otherwise(lit((float) (1 / share))));
    }

    /** All of a user's rows or none: rankings are of whole lists. */
    private Column isUserDrawn() {
        return pmod(xxhash64(lit(config.seed()), col("user_id")), lit(MILLION))
                .lt(lit(config.examples().usersShare() * MILLION));
    }

    private static Column flag(Column condition) {
        return max(condition.cast("int")).cast("float");
    }
}
