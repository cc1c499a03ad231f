package io.pushrank.jobs.examples;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The published examples, and the feature list that they were made with. */
public final class ExampleTable {
    private static final String FEATURES = "/_features.yaml";

    private final SparkSession spark;
    private final Storage storage;
    private final Layout layout;
    private final PublishedTables published;
    private final String directory;

    public ExampleTable(SparkSession spark, Layout layout) {
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.layout = layout;
        this.published = new PublishedTables(storage, layout);
        this.directory = layout.outputTable(Table.EXAMPLES);
    }

    /**
     * Puts the feature list beside the examples, so that models are trained with the very list that made them.
     *
     * @throws PushrankException with exit code 2 when examples of another list are there already
     */
    public void claim(FeatureList features) {
        if (storage.exists(directory + FEATURES) && !features().equals(features)) {
            throw PushrankException.usage(directory + " holds examples of another feature list: name another --output");
        }
        storage.createFolder(directory);
        storage.write(directory + FEATURES, features.toYaml());
    }

    /**
     * The feature list of the examples.
     *
     * @throws PushrankException with exit code 3 when no examples were made
     */
    public FeatureList features() {
        if (!storage.exists(directory + FEATURES)) {
            throw PushrankException.input("there are no examples in " + directory + ": run the verb examples first");
        }
        return FeatureList.parse(directory + FEATURES, storage.read(directory + FEATURES));
    }

    /**
     * Examples of one kind of label whose as-of day lies in the range; either end may be null.
     *
     * @throws PushrankException with exit code 3 when there are none
     */
    public Dataset<Row> read(ExampleLabels labels, LocalDate from, LocalDate to) {
        features();
        List<String> folders = published.days(Channel.EXAMPLES).stream()
                .filter(day -> (from == null || !day.isBefore(from)) && (to == null || !day.isAfter(to)))
                .flatMap(day -> folders(labels, day).stream())
                .toList();
        if (!folders.isEmpty()) {
            Dataset<Row> rows = spark.read().schema(Table.EXAMPLES.schema()).parquet(folders.toArray(String[]::new));
            if (!rows.isEmpty()) {
                return rows;
            }
        }
        throw PushrankException.input("there are no examples labels=" + labels + " from " + from + " to " + to + " in "
                + directory + ": run the verb examples first");
    }

    /** Whether examples of a kind of label are there whose as-of day it is. */
    public boolean has(ExampleLabels labels, LocalDate day) {
        return !folders(labels, day).isEmpty();
    }

    private Collection<String> folders(ExampleLabels labels, LocalDate day) {
        String prefix = layout.partition(Table.EXAMPLES, day) + "/labels=" + labels;
        return published.folders(Channel.EXAMPLES, day, prefix).values();
    }

    /** Positive of OONC, BOOLEAN: opened or clicked, and not disliked, since a dislike takes both positives away. */
    public static Column opened() {
        return col("label_oonc").equalTo(1).and(col("label_dislike").notEqual(1));
    }

    /** Positive of engagement, BOOLEAN: {@link #opened} and engaged with. */
    public static Column engaged() {
        return opened().and(col("label_engagement").equalTo(1));
    }

    /** The as-of instant that starts the last so many of all instants, by share. */
    public static Timestamp holdout(Dataset<Row> examples, double share) {
        List<Row> instants =
                examples.select("as_of").distinct().orderBy("as_of").collectAsList();
        int first = (int) Math.floor(instants.size() * (1 - share));
        return instants.get(Math.min(first, instants.size() - 1)).getTimestamp(0);
    }

    /** Rows before an instant. */
    public static Dataset<Row> before(Dataset<Row> examples, Timestamp instant) {
        return examples.filter(col("as_of").lt(lit(instant)));
    }

    /** Rows from an instant on. */
    public static Dataset<Row> from(Dataset<Row> examples, Timestamp instant) {
        return examples.filter(col("as_of").geq(lit(instant)));
    }
}
