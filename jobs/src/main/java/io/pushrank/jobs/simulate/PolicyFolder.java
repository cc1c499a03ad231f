package io.pushrank.jobs.simulate;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.World;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * What a policy of a simulation is given and leaves behind: {@code input}, a world that its own sends go on with;
 * {@code output}, what the pipeline writes; {@code models}, when it is retrained; {@code outcomes}, what came of its sends;
 * {@code done}, a file for each day that is.
 */
final class PolicyFolder {
    private static final String PREPARED = "prepared.txt";
    private static final String NO_MARKS = "mapreduce.fileoutputcommitter.marksuccessfuljobs";
    /** These follow from what is pushed, and are written day by day. */
    private static final Set<Table> OF_PUSHES = Set.of(Table.USERS, Table.NOTIFICATIONS);

    private final Storage storage;
    private final String root;

    PolicyFolder(Storage storage, String simulation, String policy) {
        this.storage = storage;
        this.root = simulation + "/" + policy;
    }

    String input() {
        return root + "/input";
    }

    String output() {
        return root + "/output";
    }

    /** Models of its own, when it is retrained. */
    String models() {
        return root + "/models";
    }

    private String table(Table table) {
        return input() + "/" + Layout.INPUTS + "/" + table.tableName();
    }

    private String outcomes(LocalDate date) {
        return root + "/outcomes/" + Layout.day(date);
    }

    String outcomes() {
        return root + "/outcomes";
    }

    private String done(LocalDate date) {
        return root + "/done/" + date;
    }

    boolean isDone(LocalDate date) {
        return storage.exists(done(date));
    }

    /**
     * Copies the world as it was before the first day, and what happens from then on without any push.
     *
     * @param atHome folder of what people do at home from the first day on, a folder for each table
     */
    void prepare(String world, String atHome, LocalDate first) {
        if (storage.exists(root + "/" + PREPARED)) {
            return;
        }
        storage.delete(root);
        // What the world's own policy withheld, no other one has done.
        for (Table table :
                Table.inputs().filter(table -> table != Table.WITHHELD).toList()) {
            String from = world + "/" + Layout.INPUTS + "/" + table.tableName();
            boolean isReplaced = OF_PUSHES.contains(table) || storage.exists(atHome + "/" + table.tableName());
            for (String day : storage.folders(from)) {
                if (!isReplaced || day.compareTo(Layout.day(first)) < 0) {
                    storage.copy(from + "/" + day, table(table) + "/" + day);
                }
            }
        }
        for (String table : storage.folders(atHome)) {
            for (String day : storage.folders(atHome + "/" + table)) {
                storage.copy(atHome + "/" + table + "/" + day, table(Table.named(table)) + "/" + day);
            }
        }
        World.copyOptions(storage, world, input());
        storage.write(root + "/" + PREPARED, "the world before " + first + ", and what follows at home\n");
    }

    /** Copies the models in use that it begins with, once; what a copy that was cut short has left is not taken for whole. */
    void keepModels(String from) {
        String whole = root + "/models.txt";
        if (storage.exists(whole)) {
            return;
        }
        storage.delete(models());
        for (String kind : storage.folders(from)) {
            String inUse = kind + "/champion";
            if (storage.exists(from + "/" + inUse)) {
                String version = kind + "/" + storage.read(from + "/" + inUse).strip();
                storage.copy(from + "/" + version, models() + "/" + version);
                storage.copy(from + "/" + inUse, models() + "/" + inUse);
            }
        }
        storage.write(whole, "in use in " + from + "\n");
    }

    /** Takes away what an unfinished attempt at a day has left. */
    void reset(LocalDate date) {
        for (Table table : List.of(Table.USERS, Table.NOTIFICATIONS, Table.ENGAGEMENTS, Table.VISITS)) {
            for (String day : storage.folders(table(table))) {
                if (day.compareTo(Layout.day(date)) >= 0) {
                    String folder = table(table) + "/" + day;
                    storage.files(folder).stream()
                            .filter(file -> file.startsWith(prefix(date)))
                            .forEach(file -> storage.delete(folder + "/" + file));
                    // A folder without files would be a day that somebody is about to write.
                    storage.deleteIfEmpty(folder);
                }
            }
        }
        storage.delete(outcomes(date));
        storage.delete(staging());
    }

    private static String prefix(LocalDate date) {
        return "pushes-" + date + "-";
    }

    private String staging() {
        return root + "/staging";
    }

    /**
     * Adds rows to an input table.
     *
     * @param rows with {@code ds}
     * @param date the day whose pushes the rows come from, or the snapshot's
     */
    void add(Table table, Dataset<Row> rows, LocalDate date) {
        String written = staging() + "/" + table.tableName();
        write(rows, written);
        for (String day : storage.folders(written)) {
            int number = 0;
            storage.createFolder(table(table) + "/" + day);
            for (String file : storage.dataFiles(written + "/" + day)) {
                storage.rename(file, table(table) + "/" + day + "/" + prefix(date) + number++ + ".parquet");
            }
        }
        storage.delete(written);
    }

    /** Writes the outcomes of a day, and that it is done. */
    void finish(Dataset<Row> outcomes, LocalDate date) {
        outcomes.write().mode(SaveMode.Overwrite).option(NO_MARKS, "false").parquet(outcomes(date));
        storage.delete(staging());
        storage.write(done(date), "");
    }

    /** Writes rows with {@code ds}. */
    static void write(Dataset<Row> rows, String folder) {
        rows.repartition(col("ds"))
                .write()
                .mode(SaveMode.Overwrite)
                .option(NO_MARKS, "false")
                .partitionBy("ds")
                .parquet(folder);
    }
}
