package io.pushrank.jobs.gate;

import java.util.Map;

/**
 * A stage's table of a day in counts.
 *
 * @param table name of the table
 * @param day day of the run, YYYY-MM-DD
 * @param rows rows
 * @param nulls rows in which a column that may be NULL is NULL, for each such column
 */
public record TableProfile(String table, String day, long rows, Map<String, Long> nulls) {}
