package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What quality control of a day published. */
final class PublishedRows {
    private final SparkSession spark;
    private final Layout layout;
    private final PublishedTables published;

    PublishedRows(SparkSession spark, Layout layout) {
        this.spark = spark;
        this.layout = layout;
        this.published = new PublishedTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
    }

    /**
     * What was sent.
     *
     * @throws PushrankException with exit code 3 when nothing is published, here and below
     */
    Dataset<Row> sends(LocalDate day) {
        return rows(Table.SENDS, day, layout.partition(Table.SENDS, day));
    }

    /** What was not sent, and why. */
    Dataset<Row> removed(LocalDate day) {
        return rows(Table.REMOVED, day, layout.partition(Table.REMOVED, day, new QualityControl().verb()));
    }

    private Dataset<Row> rows(Table table, LocalDate day, String partition) {
        String folder = published
                .folder(day, partition)
                .orElseThrow(() -> PushrankException.input(partition + " must be published, but is not"));
        return spark.read().schema(table.schema()).parquet(folder);
    }
}
