package io.pushrank.jobs.fact;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Models that are a table: a folder a version, which never changes once it is written, so that runs that use it can be
 * repeated; {@code champion} beside them names the one in use.
 */
public record ModelTables(Storage storage, Layout layout) {
    private static final String CHAMPION = "/champion";

    /** Whether a version is in use. */
    public boolean has(Table table) {
        return storage.exists(models(table) + CHAMPION);
    }

    /** Folder of the version in use; empty when none is. */
    public Optional<String> version(Table table) {
        return has(table) ? Optional.of(inUse(table)) : Optional.empty();
    }

    /** The table of the version in use. */
    public Dataset<Row> read(SparkSession spark, Table table) {
        return spark.read().schema(table.schema()).parquet(folder(table));
    }

    /** Folder of that table. */
    String folder(Table table) {
        return inUse(table) + "/" + table.tableName();
    }

    /** A file beside that table. */
    public String file(Table table, String name) {
        return inUse(table) + "/" + name;
    }

    /** What tells the version in use from any other: its folder, and the files of its table. */
    public List<String> state(Table table) {
        if (!has(table)) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(storage.dataFileStates(folder(table)));
        for (String name : storage.files(inUse(table)).stream().sorted().toList()) {
            lines.add(name + " " + DigestUtils.sha256Hex(storage.content(file(table, name))));
        }
        return lines;
    }

    /**
     * Text of a file beside that table.
     *
     * @throws ModelException when it is missing
     */
    public String text(Table table, String name) {
        String file = file(table, name);
        if (!storage.exists(file)) {
            throw new ModelException(file, "a file of the model in use", "none");
        }
        return storage.read(file);
    }

    /**
     * Writes a version and puts it in use.
     *
     * @param files texts that lie beside the table, by name
     * @throws PushrankException with exit code 2 when the version exists
     */
    public void write(Table table, String version, Dataset<Row> rows, Map<String, String> files) {
        String directory = models(table) + "/" + version;
        // Written aside first: a training that dies half-way must not leave a version that can neither be used nor
        // named anew.
        String draft = models(table) + "/.draft-" + version;
        requireNew(table, version);
        rows.write().option("compression", "zstd").mode("overwrite").parquet(draft + "/" + table.tableName());
        files.forEach((name, text) -> storage.write(draft + "/" + name, text));
        storage.rename(draft, directory);
        storage.write(models(table) + CHAMPION, version + "\n");
    }

    /**
     * Before a long training.
     *
     * @throws PushrankException with exit code 2 when the version exists
     */
    public void requireNew(Table table, String version) {
        String directory = models(table) + "/" + version;
        if (storage.exists(directory)) {
            throw PushrankException.usage(
                    "model " + directory + " exists already: a version never changes, name another");
        }
    }

    private String inUse(Table table) {
        String file = models(table) + CHAMPION;
        String version = storage.read(file).strip();
        try {
            ModelPackage.requireVersion(version);
        } catch (IllegalArgumentException e) {
            throw new ModelException(file, "the name of the version in use", "\"" + version + "\"");
        }
        return models(table) + "/" + version;
    }

    private String models(Table table) {
        return layout.models() + "/" + table.modelFolder();
    }
}
