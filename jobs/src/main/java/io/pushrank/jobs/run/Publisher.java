package io.pushrank.jobs.run;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;

/**
 * The one point where output tables are written: first into the run's own staging folder, checked there, then moved to
 * their place. A partition that is already there is replaced whole; one that fails its checks is never seen.
 */
public final class Publisher {
    private final Storage storage;
    private final Layout layout;
    private final String staging;
    private final int partitions;
    private final List<Move> moves = new ArrayList<>();
    // Numbers are never used again: a folder of before may still be there.
    private int staged;
    private int replaced;

    private record Move(String staged, String destination) {}

    /**
     * @throws PushrankException with exit code 2 when the output folder cannot be written
     */
    Publisher(Storage storage, Layout layout, String runId, int partitions) {
        this.storage = storage;
        this.layout = layout;
        this.staging = layout.staging(runId);
        this.partitions = partitions;
        try {
            storage.createFolder(staging);
        } catch (UncheckedIOException e) {
            throw PushrankException.usage("--output " + layout.output() + " cannot be written: " + e.getMessage());
        }
    }

    /**
     * Writes rows to staging and holds them against the table's contract.
     *
     * @return rows and digest as they read back
     * @throws PushrankException with exit code 4 when columns, NOT NULL or the key do not hold
     */
    public TableDigest stage(Table table, Dataset<Row> rows, String destination) {
        String draft = staging + "/" + staged++;
        Column[] order = table.key().stream().map(functions::col).toArray(Column[]::new);
        Dataset<Row> sorted = conform(table, rows, destination);
        sorted = table == Table.FUNNEL || table == Table.QUARANTINE
                ? sorted.coalesce(1).sortWithinPartitions(order)
                : sorted.repartition(partitions, functions.col("user_id")).sortWithinPartitions(order);
        sorted.write().option("compression", "zstd").parquet(draft);
        Dataset<Row> written = rows.sparkSession().read().schema(table.schema()).parquet(draft);
        check(table, written, destination);
        moves.add(new Move(draft, destination));
        return TableDigest.of(written);
    }

    /** Marks a partition that this run leaves empty: what an earlier run put there goes. */
    void clear(String destination) {
        moves.add(new Move(null, destination));
    }

    /** Moves all that is staged to its place. */
    public void publish() {
        for (Move move : moves) {
            if (storage.exists(move.destination())) {
                storage.rename(move.destination(), staging + "/replaced-" + replaced++);
            }
            if (move.staged() != null) {
                storage.rename(move.staged(), move.destination());
            }
        }
        moves.clear();
    }

    /** Removes the staging folder; afterwards nothing more can be staged. */
    void close() {
        storage.delete(staging);
        if (storage.folders(layout.output() + "/_staging").isEmpty()) {
            storage.delete(layout.output() + "/_staging");
        }
    }

    private static Dataset<Row> conform(Table table, Dataset<Row> rows, String destination) {
        Set<String> found = new TreeSet<>(Arrays.asList(rows.columns()));
        Set<String> missing = new TreeSet<>(Arrays.asList(table.schema().fieldNames()));
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw PushrankException.output(
                    "output " + destination + ": columns " + missing + " are missing, found " + found);
        }
        return rows.select(Arrays.stream(table.schema().fields())
                .map(field -> functions.col(field.name()).cast(field.dataType()).as(field.name()))
                .toArray(Column[]::new));
    }

    private static void check(Table table, Dataset<Row> written, String destination) {
        List<Column> nulls = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            if (!field.nullable()) {
                nulls.add(functions.count_if(functions.col(field.name()).isNull()));
                names.add(field.name());
            }
        }
        Column[] key = table.key().stream().map(functions::col).toArray(Column[]::new);
        nulls.add(functions.countDistinct(functions.xxhash64(key)));
        Row counts = written.agg(functions.count(functions.lit(1)), nulls.toArray(Column[]::new))
                .head();
        for (int index = 0; index < names.size(); index++) {
            if (counts.getLong(index + 1) > 0) {
                throw PushrankException.output("output " + destination + ": column " + names.get(index)
                        + " must not be NULL, but is in " + counts.getLong(index + 1) + " rows");
            }
        }
        long distinct = counts.getLong(names.size() + 1);
        boolean isUnique = table == Table.QUARANTINE || table == Table.FUNNEL || distinct == counts.getLong(0);
        if (!isUnique) {
            throw PushrankException.output("output " + destination + ": key " + table.key() + " must be unique, but "
                    + counts.getLong(0) + " rows have " + distinct + " keys");
        }
    }
}
