package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig.InputsConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource$;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The files of the input tables: which days are there and whole, and their rows as they stand there, in the tables' types.
 *
 * <p>The file system is asked once for each folder: a stage sees its inputs as they were when it looked.
 */
final class InputFiles {
    /**
     * Column of {@link #raw} that holds values for which the table's types have no room, as texts by column; NULL where a row
     * has none.
     */
    static final String MISFITS = "misfits";

    private final SparkSession spark;
    private final Storage storage;
    private final Footers footers;
    private final Layout layout;
    private final InputsConfig config;
    private final LocalDate from;
    private final LocalDate date;
    private final Map<Table, String> folders = new EnumMap<>(Table.class);

    private final Map<Table, List<LocalDate>> partitions = new EnumMap<>(Table.class);
    private final Map<Table, Map<LocalDate, DayFiles>> listed = new EnumMap<>(Table.class);
    private final Map<Table, Map<LocalDate, Long>> rows = new EnumMap<>(Table.class);
    private final Map<Table, Map<String, Footers.Shape>> shapes = new EnumMap<>(Table.class);

    /**
     * @param from first day whose look-back is read
     * @param date last day that is read
     */
    InputFiles(SparkSession spark, Layout layout, InputsConfig config, LocalDate from, LocalDate date) {
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.footers = new Footers(spark);
        this.layout = layout;
        this.config = config;
        this.from = from;
        this.date = date;
    }

    /**
     * Days of the partitions that the run reads, in order; none of an optional table that is absent.
     *
     * @throws PushrankException with exit code 3 when the table is required and absent, too old, or not one of days
     */
    List<LocalDate> partitions(Table table) {
        return partitions.computeIfAbsent(
                table, absent -> Partitions.of(storage, folder(table), table, from, date, config));
    }

    /** Days of the partitions that are there, in order, whether the run reads them or not. */
    List<LocalDate> days(Table table) {
        return Partitions.days(storage, folder(table));
    }

    /** As {@link Inputs#state}. */
    List<String> state(Table table) {
        return partitions(table).stream()
                .flatMap(day -> state(table, day).stream())
                .toList();
    }

    /** As {@link #state}, of one day. */
    List<String> state(Table table, LocalDate day) {
        String folder = folder(table, day);
        return files(table, day).files().stream()
                .map(file -> day + " " + file.path().substring(folder.length() + 1) + " "
                        + file.entry().state())
                .toList();
    }

    /** Rows that the footers of a day's files tell of. */
    long rows(Table table, LocalDate day) {
        return rows.computeIfAbsent(table, none -> new HashMap<>())
                .computeIfAbsent(day, unread -> files(table, day).files().stream()
                        .mapToLong(file -> footers.count(table, file.path()))
                        .sum());
    }

    /**
     * Refuses tables that someone is writing to: days that are there already may still get files.
     *
     * @throws PushrankException with exit code 3, naming the folder and what the writer has in it
     */
    void requireFinishedWriters() {
        Table.inputs().forEach(table -> DayFiles.requireFinished(storage, table, folder(table)));
    }

    /**
     * Columns that may be NULL and that some file which the run reads of the table does not have.
     *
     * @throws PushrankException with exit code 3 when a file or column is missing, truncated or of a wrong type
     */
    Set<String> absentColumns(Table table) {
        StructField[] fields = table.schema().fields();
        Set<String> absent = new TreeSet<>();
        List<DayFiles> days =
                partitions(table).stream().map(day -> files(table, day)).toList();
        for (Footers.Shape shape : shapes(table, days).values()) {
            for (int index = 0; index < fields.length; index++) {
                if (shape.columns().get(index).equals(FileColumn.Read.ABSENT)) {
                    absent.add(fields[index].name());
                }
            }
        }
        return absent;
    }

    /** How each file of these days is read, by its path; all footers at once, since they are read side by side. */
    private Map<String, Footers.Shape> shapes(Table table, List<DayFiles> days) {
        Map<String, Footers.Shape> known = shapes.computeIfAbsent(table, absent -> new HashMap<>());
        List<String> files = days.stream()
                .flatMap(day -> day.files().stream())
                .map(DayFiles.DataFile::path)
                .toList();
        List<String> missing =
                files.stream().filter(file -> !known.containsKey(file)).toList();
        List<Footers.Shape> found =
                footers.shapes(table, missing, config.naiveTimestamps().isUtc());
        for (int index = 0; index < missing.size(); index++) {
            known.put(missing.get(index), found.get(index));
        }
        return files.stream().distinct().collect(Collectors.toMap(file -> file, known::get));
    }

    /**
     * Rows as they stand in the files of these days, usable or not.
     *
     * @return the table's columns, {@link Inputs#PARTITION} and {@link #MISFITS}
     * @throws PushrankException with exit code 3 when a day is not whole, or a file or column is missing, truncated or of a
     *     wrong type
     */
    Dataset<Row> raw(Table table, List<LocalDate> days) {
        List<DayFiles> there = days.stream().map(day -> files(table, day)).toList();
        Map<String, Footers.Shape> shapesOfFiles = shapes(table, there);
        Map<Layer, List<String>> layers = new LinkedHashMap<>();
        for (DayFiles day : there) {
            Map<Layer, List<String>> ofDay = new LinkedHashMap<>();
            day.files().forEach(file -> ofDay.computeIfAbsent(
                            new Layer(shapesOfFiles.get(file.path()), file.folderColumns()), layer -> new ArrayList<>())
                    .add(file.path()));
            // A folder whose files are alike is read as one: Spark lists many paths by a job of its own.
            ofDay.forEach((layer, paths) -> layers.computeIfAbsent(layer, absent -> new ArrayList<>())
                    .addAll(ofDay.size() == 1 ? List.of(folder(table, day.day())) : paths));
        }
        return layers.entrySet().stream()
                .map(layer -> read(table, layer.getKey(), layer.getValue()))
                .reduce(Dataset::unionByName)
                .orElseGet(() -> spark.createDataFrame(List.of(), table.schema())
                        .withColumn(Inputs.PARTITION, lit(date))
                        .withColumn(MISFITS, lit(null).cast("map<string,string>")));
    }

    /** Files that Spark can read together. */
    private record Layer(Footers.Shape shape, List<String> folderColumns) {}

    private Dataset<Row> read(Table table, Layer layer, List<String> paths) {
        StructType schema = new StructType();
        List<Column> columns = new ArrayList<>();
        List<Column> misfits = new ArrayList<>();
        StructField[] fields = table.schema().fields();
        for (int index = 0; index < fields.length; index++) {
            StructField field = fields[index];
            FileColumn.Read readable = layer.shape().columns().get(index);
            if (!readable.equals(FileColumn.Read.ABSENT)) {
                schema = schema.add(field.name(), readable.as());
            }
            columns.add(readable.value(field));
            if (readable.mayMisfit()) {
                Column isMisfit = not(coalesce(readable.fits(field), lit(true)));
                misfits.add(when(
                        isMisfit, struct(lit(field.name()), col(field.name()).cast("string"))));
            }
        }
        for (String column : layer.folderColumns()) {
            schema = schema.add(column, "string");
        }
        columns.add(col("ds").as(Inputs.PARTITION));
        columns.add(misfits(misfits).as(MISFITS));
        SparkSession session = layer.shape().isByRow() ? rowReader() : spark;
        Dataset<Row> rows = session.read()
                .schema(schema.add("ds", "date"))
                .option("basePath", folder(table))
                // Names are names, also those that would be patterns.
                .option(DataSource$.MODULE$.GLOB_PATHS_KEY(), false)
                .parquet(paths.toArray(String[]::new));
        if (session != spark) {
            rows = inSession(rows);
        }
        return rows.select(columns.toArray(Column[]::new));
    }

    private static Column misfits(List<Column> entries) {
        Column none = lit(null).cast("map<string,string>");
        if (entries.isEmpty()) {
            return none;
        }
        Column found = array_compact(array(entries.toArray(Column[]::new)));
        return when(size(found).gt(0), map_from_entries(found)).otherwise(none);
    }

    /** A session whose files are read row by row: slower, and knows every encoding. */
    private SparkSession rowReader() {
        SparkSession session = PinnedSettings.newSession(spark);
        session.conf().set("spark.sql.parquet.enableVectorizedReader", false);
        return session;
    }

    /** Rows of another session as rows of this one, which can be joined with its others; files are read as that one does. */
    private Dataset<Row> inSession(Dataset<Row> rows) {
        return org.apache.spark.sql.classic.Dataset.ofRows(
                (org.apache.spark.sql.classic.SparkSession) spark,
                ((org.apache.spark.sql.classic.Dataset<Row>) rows).logicalPlan());
    }

    private String folder(Table table) {
        return folders.computeIfAbsent(table, absent -> layout.inputTable(storage, table));
    }

    private DayFiles files(Table table, LocalDate day) {
        return listed.computeIfAbsent(table, absent -> new TreeMap<>())
                .computeIfAbsent(
                        day, absent -> DayFiles.of(storage, table, day, folder(table, day), config.completeMarker()));
    }

    private String folder(Table table, LocalDate day) {
        return folder(table) + "/" + Layout.day(day);
    }
}
