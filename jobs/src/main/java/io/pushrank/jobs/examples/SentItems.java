package io.pushrank.jobs.examples;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.sql.Date;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Which candidates of past instants were sent: those in the published sends of the day, UTC, that the instant lies in. */
public final class SentItems {
    /** The column that {@link #mark} adds. */
    public static final String COLUMN = "is_sent";

    private static final String DAY = "sent_day";
    private static final Column DAY_OF_EXAMPLE = to_date(col("as_of"));

    private final SparkSession spark;
    private final Layout layout;
    private final PublishedTables published;

    public SentItems(SparkSession spark, Layout layout) {
        this.spark = spark;
        this.layout = layout;
        this.published = new PublishedTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
    }

    /** Days that the instants of rows lie in, in order. */
    public static List<LocalDate> days(Dataset<Row> rows) {
        return rows.select(DAY_OF_EXAMPLE).distinct().collectAsList().stream()
                .map(row -> row.getDate(0).toLocalDate())
                .sorted()
                .toList();
    }

    /** Those of some days that have no published sends. */
    public List<LocalDate> missing(List<LocalDate> days) {
        return days.stream().filter(day -> folder(day).isEmpty()).toList();
    }

    /**
     * Checks that sends are published of all of some days.
     *
     * @throws PushrankException with exit code 3 naming the days of which none are
     */
    public void require(List<LocalDate> days) {
        List<LocalDate> missing = missing(days);
        if (!missing.isEmpty()) {
            throw PushrankException.input("label sent must find published sends of every day of the examples in "
                    + layout.outputTable(Table.SENDS) + ", but finds none of " + missing
                    + ": run daily for these dates, or choose label top1, the heavy ranker's best");
        }
    }

    /**
     * The rows with {@code is_sent}, BOOLEAN: whether the item was sent to the user; NULL where the day has no published sends.
     *
     * @param rows with as_of, user_id, item_type and item_id
     * @param days that their instants lie in, see {@link #days}
     */
    public Dataset<Row> mark(Dataset<Row> rows, List<LocalDate> days) {
        Map<LocalDate, String> folders = new TreeMap<>();
        days.forEach(day -> folder(day).ifPresent(folder -> folders.put(day, folder)));
        if (folders.isEmpty()) {
            return rows.withColumn(COLUMN, lit(null).cast("boolean"));
        }
        Dataset<Row> sends = folders.entrySet().stream()
                .map(entry -> spark.read()
                        .schema(Table.SENDS.schema())
                        .parquet(entry.getValue())
                        .select(
                                lit(Date.valueOf(entry.getKey())).as(DAY),
                                col("user_id"),
                                col("item_type"),
                                col("item_id"),
                                lit(true).as(COLUMN)))
                .reduce(Dataset::union)
                .orElseThrow();
        Object[] known = folders.keySet().stream().map(Date::valueOf).toArray();
        return rows.withColumn(DAY, DAY_OF_EXAMPLE)
                .join(sends, new String[] {DAY, "user_id", "item_type", "item_id"}, "left_outer")
                .withColumn(COLUMN, when(col(DAY).isin(known), coalesce(col(COLUMN), lit(false))))
                .drop(DAY);
    }

    private Optional<String> folder(LocalDate day) {
        return published.folder(day, layout.partition(Table.SENDS, day));
    }
}
