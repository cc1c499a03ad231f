package io.pushrank.jobs.dataset;

import static org.apache.spark.sql.functions.asc;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.table.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;

/** Writes input tables {@code <outputDirectory>/0-inputs/<table>/ds=…}; what is there is replaced. */
final class InputWriter {
    private final String inputs;
    private final String snapshot;
    private final Map<String, Long> rows = new TreeMap<>();

    /** @param snapshot day of the state tables, yyyy-mm-dd: they have one snapshot */
    InputWriter(String outputDirectory, String snapshot) {
        this.inputs = outputDirectory + "/0-inputs";
        this.snapshot = snapshot;
    }

    /**
     * Writes the table's columns: what the frame lacks is FALSE where a value is required, else NULL.
     *
     * @param frame with {@code ds}, or all of the snapshot's day
     */
    void write(Table table, Dataset<Row> frame) {
        Stream<Column> columns = Arrays.stream(table.schema().fields()).map(field -> column(frame, field));
        Column day = Arrays.asList(frame.columns()).contains("ds")
                ? col("ds")
                : lit(snapshot).as("ds");
        Column[] order = table.key().stream().map(functions::asc).toArray(Column[]::new);
        Dataset<Row> stored = frame.select(
                        Stream.concat(columns, Stream.of(day)).toArray(Column[]::new))
                .coalesce(1)
                .sortWithinPartitions(Stream.concat(Stream.of(asc("ds")), Arrays.stream(order))
                        .toArray(Column[]::new))
                .cache();
        rows.put(table.tableName(), stored.count());
        stored.write()
                .mode(SaveMode.Overwrite)
                .option("compression", "zstd")
                .option("partitionOverwriteMode", "static")
                .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
                .partitionBy("ds")
                .parquet(inputs + "/" + table.tableName());
        stored.unpersist();
    }

    /** Writes days of a table that have to be there, without rows; days that have some stay. */
    void writeEmpty(Table table, SparkSession spark, List<String> days) {
        rows.putIfAbsent(table.tableName(), 0L);
        for (String day : days) {
            spark.createDataFrame(List.of(), table.schema())
                    .coalesce(1)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .option("compression", "zstd")
                    .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
                    .parquet(inputs + "/" + table.tableName() + "/ds=" + day);
        }
    }

    /** Rows written, by table name. */
    Map<String, Long> rows() {
        return Map.copyOf(rows);
    }

    private static Column column(Dataset<Row> frame, StructField field) {
        if (Arrays.asList(frame.columns()).contains(field.name())) {
            return col(field.name());
        }
        return lit(field.nullable() ? null : false).cast(field.dataType()).as(field.name());
    }
}
