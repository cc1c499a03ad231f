package io.pushrank.jobs.table;

import io.pushrank.jobs.exit.PushrankException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** SQL views of published partitions: an analyst's table, whichever way it was published. */
public final class PublishedViews {
    private final PublishedTables published;
    private final Storage storage;
    private final Layout layout;

    public PublishedViews(Storage storage, Layout layout) {
        this.storage = storage;
        this.published = new PublishedTables(storage, layout);
        this.layout = layout;
    }

    /** Whose SQL. */
    public enum Dialect {
        SPARK {
            @Override
            String select(String folder, Collection<String> files) {
                return "SELECT *, DATE'%s' AS ds FROM parquet.`" + folder.replace("`", "``") + "`";
            }
        },
        DUCKDB {
            @Override
            String select(String folder, Collection<String> files) {
                String list = files.stream()
                        .map(file -> "'" + (folder + "/" + file).replace("'", "''") + "'")
                        .collect(Collectors.joining(", "));
                return "SELECT *, DATE '%s' AS ds FROM read_parquet([" + list + "], hive_partitioning = false)";
            }
        };

        /** Rows of one folder; {@code %s} stands for the day. */
        abstract String select(String folder, Collection<String> files);

        /**
         * Finds a dialect.
         *
         * @throws IllegalArgumentException when there is none of that name
         */
        public static Dialect named(String name) {
            return Arrays.stream(values())
                    .filter(dialect -> dialect.name().equals(name.toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("--dialect must be one of spark, duckdb, but is " + name));
        }
    }

    /**
     * A view of all published days of a table, with the day as column {@code ds}. It names folders or files as they are
     * now: ask again after a run.
     *
     * @throws IllegalArgumentException when it is no table that a stage writes whole
     * @throws PushrankException with exit code 3 when no day of it is published
     */
    public String sql(Table table, Dialect dialect) {
        if (table.group() != Table.Group.OUTPUT
                || List.of(Table.REMOVED, Table.FUNNEL, Table.QUARANTINE, Table.EXAMPLES)
                        .contains(table)) {
            throw new IllegalArgumentException("--table must be a stage's own table, but is " + table.tableName());
        }
        List<LocalDate> days = published.days(table, LocalDate.MIN, LocalDate.MAX);
        if (days.isEmpty()) {
            throw PushrankException.input(
                    "no day of table " + table.tableName() + " is published in " + layout.output());
        }
        String selects =
                days.stream().map(day -> select(table, dialect, day)).collect(Collectors.joining("\nUNION ALL\n"));
        return "CREATE OR REPLACE " + (dialect == Dialect.SPARK ? "TEMPORARY " : "") + "VIEW " + table.tableName()
                + " AS\n" + selects + ";";
    }

    private String select(Table table, Dialect dialect, LocalDate day) {
        String folder = published.folder(day, layout.partition(table, day)).orElseThrow();
        return dialect.select(folder, storage.dataFileLengths(folder).keySet()).replace("%s", day.toString());
    }
}
