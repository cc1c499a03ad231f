package io.pushrank.jobs;

import io.pushrank.jobs.table.Layout;
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

    /** Writes one partition. */
    public static void write(Layout layout, Table table, LocalDate date, List<Map<String, Object>> rows) {
        rows(SharedSpark.session(), table, rows).coalesce(1).write().parquet(layout.partition(table, date));
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
