package io.pushrank.jobs;

import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublicationLog;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Output tables as if an earlier stage had published them; columns that are not given are NULL. */
public final class Published {
    private Published() {}

    /** Writes one partition, and makes it public under the table's name. */
    public static void write(Layout layout, Table table, LocalDate date, List<Map<String, Object>> rows) {
        SparkSession spark = SharedSpark.session();
        String partition = layout.partition(table, date);
        rows(spark, table, rows).coalesce(1).write().parquet(partition);
        record(new Storage(spark.sparkContext().hadoopConfiguration()), layout, table, date, rows.size());
    }

    /** Makes files public that lie in a partition's folder. */
    public static void record(Storage storage, Layout layout, Table table, LocalDate date, int rows) {
        record(storage, layout, Channel.DAILY, date, layout.partition(table, date), rows);
    }

    /** Makes files public that lie in a folder, under a channel's day. */
    public static void record(
            Storage storage, Layout layout, Channel channel, LocalDate date, String partition, int rows) {
        String path = layout.relative(partition);
        PublicationLog log = new PublicationLog(storage, layout, channel, date);
        String stage = "test " + path;
        log.publish(
                stage,
                log.fence(List.of(stage)),
                new Publication.Stage("test", "", "", List.of(path), Map.of()),
                Map.of(
                        path,
                        new Publication.Partition(path, path, storage.dataFileLengths(partition), rows, "of-a-test")),
                List.of());
    }

    /** Rows of a table by column, in the session whose queries are to see them. */
    public static Dataset<Row> rows(SparkSession spark, Table table, List<Map<String, Object>> rows) {
        return spark.createDataFrame(
                rows.stream()
                        .map(row -> RowFactory.create(List.of(table.schema().fieldNames()).stream()
                                .map(row::get)
                                .toArray()))
                        .toList(),
                // Written nullable, as Parquet gives it back: what is missing is for the reader to find.
                table.schema().asNullable());
    }
}
