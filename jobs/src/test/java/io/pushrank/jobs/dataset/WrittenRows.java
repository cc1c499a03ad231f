package io.pushrank.jobs.dataset;

import io.pushrank.jobs.SharedSpark;
import org.apache.spark.sql.Row;

/** What an import wrote. */
final class WrittenRows {
    private WrittenRows() {}

    /** Some columns of a table, as one sorted text. */
    static String of(String world, String table, String columns) {
        return SharedSpark.session()
                .read()
                .parquet(world + "/0-inputs/" + table)
                .selectExpr(columns.split(", "))
                .collectAsList()
                .stream()
                .map(Row::toString)
                .sorted()
                .toList()
                .toString();
    }
}
