package io.pushrank.jobs.publish;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
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
            String from(String folder, Collection<String> files) {
                return "parquet.`" + folder.replace("`", "``") + "`";
            }
        },
        DUCKDB {
            @Override
            String from(String folder, Collection<String> files) {
                String list = files.stream()
                        .map(file -> "'" + (folder + "/" + file).replace("'", "''") + "'")
                        .collect(Collectors.joining(", "));
                return "read_parquet([" + list + "], hive_partitioning = false)";
            }
        };

        /** Rows of one folder's files. */
        abstract String from(String folder, Collection<String> files);

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
     * A view of all published days of a table, with the day as column {@code ds}, and {@code stage}, {@code input_table} or
     * {@code model_version} and {@code labels} where it has a partition for each. It names folders or files as they are now: ask
     * again after a run.
     *
     * @throws IllegalArgumentException when it is a table of neither a day's run nor an evaluation
     * @throws PushrankException with exit code 3 when no day of it is published
     */
    public String sql(Table table, Dialect dialect) {
        if (!table.isDaily() && table.channel() != Channel.PREDICTIONS) {
            throw new IllegalArgumentException(
                    "--table must be a table of a day's run or of predictions, but is " + table.tableName());
        }
        List<String> selects = new ArrayList<>();
        for (LocalDate day : published.days(table.channel())) {
            String partition = layout.partition(table, day);
            if (table.isDaily()) {
                published.folder(day, partition).ifPresent(folder -> selects.add(select(dialect, day, folder, "")));
            }
            published.folders(table.channel(), day, partition).forEach((path, folder) -> {
                StringBuilder columns = new StringBuilder();
                String parts = path.substring(layout.relative(partition).length() + 1);
                for (String part : parts.split("/", -1)) {
                    String[] pair = part.split("=", 2);
                    // Not "table", which SQL keeps for itself.
                    String column = pair[0].equals("table") ? "input_table" : pair[0];
                    columns.append(", '").append(pair[1]).append("' AS ").append(column);
                }
                selects.add(select(dialect, day, folder, columns.toString()));
            });
        }
        if (selects.isEmpty()) {
            throw PushrankException.input(
                    "no day of table " + table.tableName() + " is published in " + layout.output());
        }
        return "CREATE OR REPLACE " + (dialect == Dialect.SPARK ? "TEMPORARY " : "") + "VIEW " + table.tableName()
                + " AS\n" + String.join("\nUNION ALL\n", selects) + ";";
    }

    private String select(Dialect dialect, LocalDate day, String folder, String more) {
        return "SELECT *, DATE '" + day + "' AS ds" + more + " FROM "
                + dialect.from(folder, storage.dataFileLengths(folder).keySet());
    }
}
