package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.table.Inputs;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructField;

/** Rows for each day, column and bin: day INT (since 1970-01-01), column INT, number INT, text STRING, rows BIGINT. */
final class BinCounts {
    /** Stands in place of a column for the rows as such. */
    static final int ROWS = -1;

    private BinCounts() {}

    /**
     * @param fields the columns, numbered as they come
     */
    static Dataset<Row> of(List<StructField> fields, Dataset<Row> rows) {
        List<Column> cells = new ArrayList<>();
        cells.add(cell(ROWS, lit(0), lit(null).cast("string")));
        boolean hasTexts = false;
        for (int index = 0; index < fields.size(); index++) {
            StructField field = fields.get(index);
            ColumnKind kind = ColumnKind.of(field);
            if (kind != ColumnKind.PRESENCE || field.nullable()) {
                Column value = col(field.name());
                cells.add(cell(index, kind.number(value), kind.text(value)));
                hasTexts |= kind == ColumnKind.TEXT;
            }
        }
        Dataset<Row> counts = rows.select(
                        unix_date(col(Inputs.PARTITION)).as("day"),
                        explode(array(cells.toArray(Column[]::new))).as("cell"))
                .select("day", "cell.*")
                .groupBy("day", "column", "number", "text")
                .agg(count(lit(1)).as("rows"));
        return hasTexts ? inBuckets(counts) : counts;
    }

    /** Where a day has too many texts of a column, they are added up in buckets before the driver sees them. */
    private static Dataset<Row> inBuckets(Dataset<Row> counts) {
        Column texts = count(col("text")).over(Window.partitionBy("day", "column"));
        return counts.withColumn("texts", texts)
                .withColumn(
                        "text",
                        when(col("texts").gt(Bins.MOST_TEXTS), Bins.ofText(col("text")))
                                .otherwise(concat(lit("="), col("text"))))
                .groupBy("day", "column", "number", "text")
                .agg(sum("rows").as("rows"));
    }

    private static Column cell(int column, Column number, Column text) {
        return struct(lit(column).as("column"), number.as("number"), text.as("text"));
    }
}
