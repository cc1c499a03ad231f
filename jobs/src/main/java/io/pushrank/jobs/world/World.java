package io.pushrank.jobs.world;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.slice;
import static org.apache.spark.sql.functions.timestamp_seconds;

import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/** Makes a synthetic world. */
public final class World {
    private static final String INPUTS = "0-inputs";
    private static final String OPTIONS = "oracle_world";
    private static final long SMALL_WORLD = 2_000;
    private static final long USERS_PER_PARTITION = 20_000;

    private World() {}

    /**
     * Writes a world.
     *
     * <ul>
     *   <li>{@code 0-inputs/<table>/ds=…}: every input table; what is there is replaced
     *   <li>{@code oracle/ds=…}: the truth about every notification, table {@link Table#ORACLE}
     *   <li>{@code oracle_users}, {@code oracle_posts}: the latents behind them
     *   <li>{@code oracle_world}: the options, from which {@link TruthOf} makes the world again
     * </ul>
     *
     * <p>No user is handled on the driver and nothing is shuffled: the work grows linearly with users × days. Meanwhile
     * the pushes are kept on the executors' disks.
     */
    public static void generate(SparkSession spark, WorldOptions options, String outputDirectory) {
        // A small world is one file a partition of a table.
        int partitions = options.users() <= SMALL_WORLD ? 1 : (int) Math.max(4, options.users() / USERS_PER_PARTITION);
        generate(spark, options, outputDirectory, partitions);
    }

    static void generate(SparkSession spark, WorldOptions options, String outputDirectory, int partitions) {
        Dataset<Long> ids = spark.range(1, options.users() + 1, 1, partitions).as(Encoders.LONG());
        MapFunction<Long, Row> user =
                id -> UserLog.of(WorldModel.of(options), id).toRow();
        Dataset<Row> users = ids.map(user, Encoders.row(UserLog.COLUMNS)).persist(StorageLevel.DISK_ONLY());
        Table.inputs().filter(WorldRows::has).forEach(table -> {
            write(rowsOf(table, options, users), input(outputDirectory, table));
        });
        write(rowsOf(Table.ORACLE, options, users), outputDirectory + "/" + Table.ORACLE.tableName());
        users.unpersist();
        writeWhole(
                ids.flatMap(latents(options, OracleRows::user), Encoders.row(OracleRows.USERS)),
                outputDirectory + "/oracle_users");
        writeWhole(
                ids.flatMap(latents(options, OracleRows::posts), Encoders.row(OracleRows.POSTS)),
                outputDirectory + "/oracle_posts");
        writeWhole(optionsRow(spark, options), outputDirectory + "/" + OPTIONS);
    }

    /** Folder of an input table of a world. */
    static String input(String worldDirectory, Table table) {
        return worldDirectory + "/" + INPUTS + "/" + table.tableName();
    }

    /** Whether a folder holds a world, whose truth is known. */
    public static boolean isWorld(Storage storage, String directory) {
        return storage.exists(directory + "/" + OPTIONS);
    }

    /** Makes a folder one of the same world. */
    public static void copyOptions(Storage storage, String from, String to) {
        storage.copy(from + "/" + OPTIONS, to + "/" + OPTIONS);
    }

    /** The options that a world was made with. */
    public static WorldOptions readOptions(SparkSession spark, String worldDirectory) {
        Row row = spark.read().parquet(worldDirectory + "/" + OPTIONS).head();
        return new WorldOptions(
                row.getAs("users"),
                row.getAs("days"),
                row.getAs("seed"),
                LocalDate.parse(row.getAs("last_day")),
                row.getAs("snapshot_every_days"),
                row.getAs("as_of_hour"),
                // Worlds of earlier releases do not say.
                List.of(row.schema().fieldNames()).contains("is_skewed") && row.<Boolean>getAs("is_skewed"));
    }

    private static Dataset<Row> optionsRow(SparkSession spark, WorldOptions options) {
        return spark.range(1)
                .select(
                        lit(options.users()).as("users"),
                        lit(options.days()).as("days"),
                        lit(options.seed()).as("seed"),
                        lit(options.lastDay().toString()).as("last_day"),
                        lit(options.snapshotEveryDays()).as("snapshot_every_days"),
                        lit(options.asOfHour()).as("as_of_hour"),
                        lit(options.isSkewed()).as("is_skewed"));
    }

    private static Dataset<Row> rowsOf(Table table, WorldOptions options, Dataset<Row> users) {
        FlatMapFunction<Row, Row> function = user -> WorldRows.of(table, WorldModel.of(options), UserLog.of(user));
        StructType schema = table.schema();
        Column[] columns = Stream.concat(
                        Arrays.stream(schema.fields()).map(World::stored), Stream.of(ds(table, options)))
                .toArray(Column[]::new);
        return users.flatMap(function, Encoders.row(made(schema))).select(columns);
    }

    /** Latents of one user. */
    private interface Latents extends java.io.Serializable {
        Iterator<Row> of(WorldModel model, long userId);
    }

    private static FlatMapFunction<Long, Row> latents(WorldOptions options, Latents latents) {
        return id -> latents.of(WorldModel.of(options), id);
    }

    /**
     * The table's columns and its day, with instants as seconds, and without the comments, which every file's footer
     * would repeat.
     */
    static StructType made(StructType schema) {
        StructType made = new StructType();
        for (StructField field : schema.fields()) {
            made = made.add(field.name(), isInstant(field) ? DataTypes.LongType : field.dataType(), field.nullable());
        }
        return made.add("day", DataTypes.IntegerType, false);
    }

    /** The day of a row; the snapshots that have it, where rows last. Spark sorts by dates faster than by strings. */
    private static Column ds(Table table, WorldOptions options) {
        boolean isLasting = WorldRows.isLasting(table);
        IntStream days = isLasting ? Arrays.stream(options.snapshotDays()) : IntStream.range(0, options.days());
        Column dates = lit(days.mapToObj(options::date).toArray(LocalDate[]::new));
        Column first = col("day").plus(1);
        return (isLasting ? explode(slice(dates, first, size(dates))) : element_at(dates, first)).as("ds");
    }

    static Column stored(StructField field) {
        return isInstant(field) ? timestamp_seconds(col(field.name())).as(field.name()) : col(field.name());
    }

    private static boolean isInstant(StructField field) {
        return field.dataType().equals(DataTypes.TimestampType);
    }

    private static void write(Dataset<Row> rows, String directory) {
        rows.write()
                .options(withoutDictionaries(rows.schema()))
                .mode(SaveMode.Overwrite)
                .option("compression", "zstd")
                .option("partitionOverwriteMode", "static")
                .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
                .partitionBy("ds")
                .parquet(directory);
    }

    /** Instants differ from row to row: Parquet would make a dictionary of them only to give it up. */
    private static Map<String, String> withoutDictionaries(StructType schema) {
        return Arrays.stream(schema.fields())
                .filter(World::isInstant)
                .collect(Collectors.toMap(field -> "parquet.enable.dictionary#" + field.name(), field -> "false"));
    }

    private static void writeWhole(Dataset<Row> rows, String directory) {
        rows.write()
                .mode(SaveMode.Overwrite)
                .option("compression", "zstd")
                .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
                .parquet(directory);
    }
}
