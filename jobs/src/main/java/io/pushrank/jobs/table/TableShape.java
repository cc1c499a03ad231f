package io.pushrank.jobs.table;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructType;

/**
 * What files of rows are held against.
 *
 * @param name of the table, for messages
 * @param schema columns in their order; NOT NULL where required
 * @param key columns that tell rows apart, and order them
 * @param together column whose equal values stay in one file; empty for few rows, in a single file, whose key only orders them
 */
public record TableShape(String name, StructType schema, List<String> key, Optional<String> together) {
    public TableShape {
        key = List.copyOf(key);
    }
}
