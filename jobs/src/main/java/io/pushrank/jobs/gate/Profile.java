package io.pushrank.jobs.gate;

import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;

/**
 * One partition of an input table in counts: what a gate needs to know of it, small enough to be kept with a run and used
 * in place of the partition later.
 *
 * @param table name of the table
 * @param day day of the partition, YYYY-MM-DD
 * @param rows rows in its files, usable or not
 * @param nulls rows in which a column that may be NULL is NULL, for each such column
 * @param bins rows of each bin, NULL in none, for each column whose values are compared; a number's bin is that of
 *     sign and floor(4·log2|x|), a text's the text after {@code =} or its bucket after {@code #}
 */
public record Profile(
        String table, String day, long rows, Map<String, Long> nulls, Map<String, Map<String, Long>> bins) {

    LocalDate date() {
        return LocalDate.parse(day);
    }

    /** Rows in which a compared column has a value. */
    long values(String column) {
        return Stability.total(bins.getOrDefault(column, Map.of()));
    }

    /**
     * Profiles of partitions, in the order of the days, made by one job: each row becomes a (column, bin) for each of its
     * columns, and only counts of these are shuffled.
     *
     * @param rows the table's rows of those days, with the day of their partition
     */
    static List<Profile> of(Table table, Dataset<Row> rows, List<LocalDate> days) {
        List<StructField> fields = List.of(table.schema().fields());
        Map<LocalDate, Profile> profiles = new TreeMap<>();
        for (LocalDate day : days) {
            profiles.put(day, empty(table, day));
        }
        Map<LocalDate, Long> counts = new TreeMap<>();
        for (Row row : BinCounts.of(fields, rows).collectAsList()) {
            LocalDate day = LocalDate.ofEpochDay(row.getInt(0));
            int column = row.getInt(1);
            long count = row.getLong(4);
            if (column == BinCounts.ROWS) {
                counts.put(day, count);
                continue;
            }
            StructField field = fields.get(column);
            Profile profile = profiles.get(day);
            ColumnKind kind = ColumnKind.of(field);
            boolean isNull = row.isNullAt(2) && row.isNullAt(3);
            if (isNull && field.nullable()) {
                profile.nulls.put(field.name(), count);
            } else if (!isNull && kind != ColumnKind.PRESENCE) {
                profile.bins.get(field.name()).merge(kind.bin(row), count, Long::sum);
            }
        }
        List<Profile> result = new ArrayList<>();
        profiles.forEach((day, profile) -> result.add(
                new Profile(profile.table, profile.day, counts.getOrDefault(day, 0L), profile.nulls, profile.bins)));
        return result;
    }

    /** Profile of a partition without rows. */
    static Profile empty(Table table, LocalDate day) {
        Map<String, Long> nulls = new TreeMap<>();
        Map<String, Map<String, Long>> bins = new TreeMap<>();
        for (StructField field : table.schema().fields()) {
            if (field.nullable()) {
                nulls.put(field.name(), 0L);
            }
            if (ColumnKind.of(field) != ColumnKind.PRESENCE) {
                bins.put(field.name(), new TreeMap<>());
            }
        }
        return new Profile(table.tableName(), day.toString(), 0, nulls, bins);
    }
}
