package io.pushrank.jobs.dataset;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.dense_rank;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.timestamp_seconds;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.table.Table;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * Turns MovieLens-100k, in the tab-separated files with a line of headings that the recommender libraries hand on, into input
 * tables: a world of items that live for months, and of people without a network.
 *
 * <ul>
 *   <li>A movie is a post, of an author of its own ({@code author_id} is 1,000,000 + the movie's id), written when it was first rated
 *   <li>a rating of 4 or 5 is a {@code like}, a lower one an {@code impression}: the user has met it
 *   <li>a genre is a topic; nobody follows any. Nobody follows anybody
 * </ul>
 *
 * <p>State tables have one snapshot, of the first day; accounts and devices were there before. A day without a new movie has
 * an empty partition of posts, as a day of which nothing is missing.
 */
public final class MovieLensImport {
    private static final String RATINGS = "ml-100k.inter";
    private static final String MOVIES = "ml-100k.item";
    private static final String SNAPSHOT = "1997-09-20";
    /** When accounts and devices began, as far as is known: before everything else. */
    private static final Column BEFORE = lit("1997-09-01 00:00:00").cast("timestamp");

    /** Above every user's id. */
    private static final long FIRST_AUTHOR = 1_000_000;

    private static final int MIN_LIKED_RATING = 4;

    private MovieLensImport() {}

    /**
     * Writes {@code <outputDirectory>/0-inputs/<table>/ds=…}; what is there is replaced.
     *
     * @param directory holds {@value #RATINGS} and {@value #MOVIES}
     * @return rows written, by table name
     * @throws IllegalArgumentException when a file is absent, or a line is no rating or no movie
     */
    public static SortedMap<String, Long> run(SparkSession spark, String directory, String outputDirectory) {
        InputWriter tables = new InputWriter(outputDirectory, SNAPSHOT);
        Dataset<Row> ratings = ratings(spark, DataFiles.require(spark, "MovieLens", directory, RATINGS))
                .cache();
        Dataset<Row> movies = movies(spark, DataFiles.require(spark, "MovieLens", directory, MOVIES));

        Dataset<Row> users = ratings.select("user_id").distinct();
        Dataset<Row> posts = ratings.groupBy(col("item_id").as("post_id"))
                .agg(min("at").as("created_at"))
                .withColumn("author_id", col("post_id").plus(FIRST_AUTHOR))
                .withColumn("ds", day(col("created_at")));
        tables.write(
                Table.USERS,
                users.union(posts.select("author_id"))
                        .withColumn("created_at", BEFORE)
                        .withColumn("is_push_enabled", lit(true))
                        .withColumn("has_recommendations", lit(true))
                        .withColumn("has_topics", lit(true)));
        tables.write(
                Table.DEVICES,
                users.select(
                        col("user_id"),
                        col("user_id").as("device_id"),
                        lit("android").as("platform"),
                        lit(true).as("is_push_capable"),
                        BEFORE.as("registered_at")));
        tables.write(Table.FOLLOWS, spark.createDataFrame(List.of(), Table.FOLLOWS.schema()));
        tables.writeEmpty(Table.FOLLOWS, spark, List.of(SNAPSHOT));
        tables.write(Table.POSTS, posts.withColumn("media", lit("video")).withColumn("text_length", lit(0)));
        tables.writeEmpty(
                Table.POSTS,
                spark,
                ratings.select(day(col("at")).as("ds"))
                        .distinct()
                        .join(posts, new String[] {"ds"}, "left_anti")
                        .as(Encoders.STRING())
                        .collectAsList());
        tables.write(
                Table.POST_TOPICS,
                movies.join(posts, "post_id")
                        .select(
                                col("post_id"),
                                col("topic_id"),
                                lit(1.0).as("score"),
                                col("created_at").as("annotated_at"),
                                col("ds")));
        tables.write(
                Table.ENGAGEMENTS,
                ratings.select(
                        col("user_id"),
                        col("item_id").plus(FIRST_AUTHOR).as("author_id"),
                        col("item_id").as("post_id"),
                        when(col("rating").geq(MIN_LIKED_RATING), "like")
                                .otherwise("impression")
                                .as("kind"),
                        col("at").as("engaged_at"),
                        day(col("at")).as("ds")));
        ratings.unpersist();
        return new TreeMap<>(tables.rows());
    }

    private static Column day(Column at) {
        return to_date(at).cast("string");
    }

    private static Dataset<Row> ratings(SparkSession spark, String file) {
        Dataset<Row> lines = lines(spark, file, "user_id BIGINT, item_id BIGINT, rating DOUBLE, second DOUBLE");
        Dataset<Row> bad = lines.filter(coalesce(
                        col("user_id")
                                .between(1, FIRST_AUTHOR)
                                .and(col("item_id").geq(1))
                                .and(col("rating").between(1, 5))
                                .and(col("second").gt(0)),
                        lit(false))
                .unary_$bang());
        if (!bad.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": a line must be a user's id, a movie's id, a rating of 1 to 5 and a second, " + bad.count()
                            + " are not, such as: " + bad.first());
        }
        return lines.withColumn("at", timestamp_seconds(col("second")));
    }

    /** {@code post_id} and {@code topic_id}: genres numbered by their names, from 1. */
    private static Dataset<Row> movies(SparkSession spark, String file) {
        Dataset<Row> lines = lines(spark, file, "post_id BIGINT, title STRING, year STRING, genres STRING");
        Dataset<Row> bad = lines.filter("post_id IS NULL OR genres IS NULL");
        if (!bad.isEmpty()) {
            throw new IllegalArgumentException(file + ": a line must be a movie's id, title, year and genres, "
                    + bad.count() + " are not, such as: " + bad.first());
        }
        return lines.select(col("post_id"), explode(split(col("genres"), " ")).as("genre"))
                .distinct()
                .select(
                        col("post_id"),
                        dense_rank()
                                .over(Window.orderBy("genre"))
                                .cast("bigint")
                                .as("topic_id"));
    }

    private static Dataset<Row> lines(SparkSession spark, String file, String schema) {
        return spark.read()
                .option("sep", "\t")
                .option("quote", "")
                .option("header", "true")
                .option("enforceSchema", "true")
                .schema(StructType.fromDDL(schema))
                .csv(file);
    }
}
