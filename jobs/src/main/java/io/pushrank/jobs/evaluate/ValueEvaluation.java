package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.TruthOf;
import io.pushrank.jobs.world.World;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * How much of what could be had a date's sends have, in a synthetic world: the true value of what was sent on a scale on
 * which a random fresh post is 0, and the best of all fresh posts that the rules allow is 1; and which stage loses how
 * much of it.
 *
 * <p>Every eligible user counts, one who was sent nothing with a value of 0. All posts are weighed at the as-of instant.
 */
public final class ValueEvaluation {
    private static final int RESAMPLES = 1000;
    /** Of so many best posts of a user, some is allowed, or none is worth a send. */
    private static final int ASKED = 40;

    private static final double SCALE = 1e6;
    private static final String RANDOM = "random";
    private static final String BEST = "best";
    private static final String[] USER = {"user_id"};
    private static final String[] ITEM = {"user_id", "item_type", "item_id"};

    /** What is weighed, from what could be had to what was sent; each loses to the one before. */
    private enum Place {
        ANY("any_fresh", "best of all fresh posts"),
        ALLOWED(BEST, "best that rules allow"),
        CANDIDATE("candidates", "best candidate"),
        LIGHT_RANKED("light_ranked", "best that light ranking keeps"),
        HEAVY_RANKED("heavy_ranked", "first by heavy ranking"),
        SENT("sent", "sent");

        private final String key;
        private final String says;

        Place(String key, String says) {
            this.key = key;
            this.says = says;
        }

        /** Index of its counts; before it stand the users and the random post. */
        private int column() {
            return 2 + List.of(values()).indexOf(this);
        }
    }

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;

    public ValueEvaluation(SparkSession spark, Layout layout, Vocabulary vocabulary) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
    }

    /**
     * Weighs the sends of a date.
     *
     * @throws PushrankException with exit code 3 when the inputs are no synthetic world, or a stage of the date is not
     *     published
     */
    public Evaluation evaluate(LocalDate date, TruthOf.Value value) {
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        if (!World.isWorld(storage, layout.input())) {
            throw PushrankException.input("evaluate value needs a generated world, whose truth is known, but "
                    + layout.input() + " has no oracle_world");
        }
        Instant asOf = vocabulary.config().asOf(date);
        try (StageContext context = StageContext.of(spark, layout, vocabulary, date, asOf, Findings.none())) {
            int[][] users = users(context, value);
            Metrics metrics = metrics(users).put("date", date.toString()).put("value", value.column());
            return new Evaluation(
                    layout.output() + "/evaluations/" + Layout.day(date) + "/value/" + Evaluation.FILE,
                    metrics,
                    table(metrics, value),
                    List.of());
        }
    }

    /** One array of counts a user: 1, the value of a random post, then that of each place, in millionths. */
    private int[][] users(StageContext context, TruthOf.Value value) {
        TruthOf truth = new TruthOf(context.relations().spark(), layout.input());
        Dataset<Row> eligible = NewItems.eligible(context);
        Dataset<Row> best =
                context.relations().keep(truth.best(eligible, FreshPosts.ids(context), context.asOf(), value, ASKED));
        Dataset<Row> byUser = byUser(FreshPosts.judged(context, items(context, truth, eligible, best, value)));
        Dataset<Row> sent = truth.worth(
                        context.read(Table.SENDS).select("user_id", "item_type", "item_id"), context.asOf(), value)
                .groupBy("user_id")
                .agg(avg(coalesce(col("value"), lit(0)).cast("decimal(18,12)")).as(Place.SENT.key));
        List<Column> counts = new ArrayList<>(List.of(lit(1), scaled("mean")));
        for (Place place : Place.values()) {
            counts.add(scaled(place.key));
        }
        return best
                .filter(col("mean").isNotNull())
                .select("user_id", "mean")
                .join(byUser, USER, "left_outer")
                .join(sent, USER, "left_outer")
                .orderBy("user_id")
                .select(counts.toArray(Column[]::new))
                .collectAsList()
                .stream()
                .map(row -> IntStream.range(0, row.size()).map(row::getInt).toArray())
                .toArray(int[][]::new);
    }

    /** The best of all posts, and of the candidates those that may be the best, or first, of their stage. */
    private static Dataset<Row> items(
            StageContext context, TruthOf truth, Dataset<Row> eligible, Dataset<Row> best, TruthOf.Value value) {
        Dataset<Row> light = context.read(Table.LIGHT_RANKED).select("user_id", "item_type", "item_id", "light_rank");
        Dataset<Row> heavy = context.read(Table.HEAVY_RANKED).select("user_id", "item_type", "item_id", "rank");
        Dataset<Row> proposed = context.read(Table.CANDIDATES)
                .select("user_id", "item_type", "item_id", "sources")
                .join(eligible, USER, "left_semi")
                .join(light, ITEM, "left_outer")
                .join(heavy, ITEM, "left_outer")
                .join(
                        context.read(Table.SENDS)
                                .select("user_id", "item_type", "item_id")
                                .withColumn("is_sent", lit(true)),
                        ITEM,
                        "left_outer");
        Dataset<Row> notable = truth.worth(proposed, context.asOf(), value)
                .withColumn("kept_value", when(col("light_rank").isNotNull(), col("value")))
                .withColumn(
                        "is_notable",
                        place("value")
                                .leq(ASKED)
                                .or(place("kept_value").leq(ASKED))
                                .or(col("rank").leq(ASKED))
                                .or(col("is_sent")))
                .filter("is_notable")
                .drop("is_notable", "kept_value", "is_sent");
        Dataset<Row> posts = best.select(col("user_id"), explode(col("best")).as("post"))
                .select(
                        col("user_id"),
                        lit(Table.POST).as("item_type"),
                        col("post.item_id").as("item_id"),
                        col("post.value").as("fresh_value"));
        return notable.join(posts, ITEM, "full_outer")
                .withColumn("is_candidate", col("sources").isNotNull())
                .withColumn("value", coalesce(col("value"), col("fresh_value")))
                .withColumn("sources", coalesce(col("sources"), FreshPosts.noSources()));
    }

    private static Dataset<Row> byUser(Dataset<Row> judged) {
        Column isAllowed = size(col("broken")).equalTo(0);
        return judged.groupBy("user_id")
                .agg(
                        max(col("value")).as(Place.ANY.key),
                        max(when(isAllowed, col("value"))).as(Place.ALLOWED.key),
                        max(when(isAllowed.and(col("is_candidate")), col("value")))
                                .as(Place.CANDIDATE.key),
                        max(when(isAllowed.and(col("light_rank").isNotNull()), col("value")))
                                .as(Place.LIGHT_RANKED.key),
                        min_by(when(isAllowed, col("value")), when(isAllowed, col("rank")))
                                .as(Place.HEAVY_RANKED.key));
    }

    private static Column scaled(String column) {
        return coalesce(expr("CAST(round(`" + column + "` * " + (long) SCALE + ") AS INT)"), lit(0))
                .as(column);
    }

    /** Place among the user's items, the highest first; of equal ones the lower id. */
    private static Column place(String column) {
        return row_number()
                .over(Window.partitionBy("user_id")
                        .orderBy(col(column).desc_nulls_last(), col("item_type"), col("item_id")));
    }

    private Metrics metrics(int[][] users) {
        int columns = 2 + Place.values().length;
        Bootstrap bootstrap =
                new Bootstrap(users, columns, RESAMPLES, vocabulary.config().seed());
        long[] sums = bootstrap.sums();
        Metrics metrics = new Metrics()
                .put("users", sums[0])
                .put(RANDOM, new Metrics().put("mean", mean(sums, 1)))
                .put("resamples", RESAMPLES);
        Place before = null;
        for (Place place : Place.values()) {
            Metrics own = new Metrics();
            bootstrap.put(own, "mean", each -> mean(each, place.column()));
            bootstrap.put(own, "lift", each -> lift(each, place));
            if (before != null) {
                Place last = before;
                bootstrap.put(own, "lost", each -> lift(each, last) - lift(each, place));
            }
            metrics.put(place.key, own);
            before = place;
        }
        return metrics;
    }

    private static double mean(long[] sums, int column) {
        return sums[column] / (SCALE * sums[0]);
    }

    private static double lift(long[] sums, Place place) {
        double random = mean(sums, 1);
        return (mean(sums, place.column()) - random) / (mean(sums, Place.ALLOWED.column()) - random);
    }

    private static String table(Metrics metrics, TruthOf.Value value) {
        TextTable table = new TextTable(
                TextTable.count((long) metrics.number("users")) + " eligible users",
                "mean true " + value.column() + " [95 %]",
                "lift realized [95 %]",
                "lost here [95 %]");
        table.row(List.of(
                "random fresh post", TextTable.figure(metrics.group(RANDOM).number("mean")), TextTable.figure(0), ""));
        for (Place place : Place.values()) {
            Metrics own = metrics.group(place.key);
            table.row(List.of(
                    place.says,
                    TextTable.figure(own, "mean"),
                    TextTable.figure(own, "lift"),
                    own.names().contains("lost") ? TextTable.figure(own, "lost") : ""));
        }
        return table.toString();
    }
}
