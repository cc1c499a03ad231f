package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * The one point where input tables are read: only usable rows come through, and nothing from after the as-of instant.
 *
 * <p>An event is seen when its time lies before the as-of instant, a state row when it holds since before it; any other
 * instant of a row that lies later is not known yet, hence NULL.
 */
public final class Inputs {
    /** Column that holds the day of a row's partition in {@link #raw}. */
    public static final String PARTITION = "partition";

    private final SparkSession spark;
    private final Storage storage;
    private final Footers footers;
    private final Layout layout;
    private final RankingConfig config;
    private final LocalDate from;
    private final LocalDate date;
    private final Findings findings;

    /**
     * @param from first day whose look-back is covered, the date itself but for ranges of dates
     * @param findings what validation found, so that only the tables that need it pay for the checks across rows
     */
    public Inputs(
            SparkSession spark,
            Layout layout,
            RankingConfig config,
            LocalDate from,
            LocalDate date,
            Findings findings) {
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.footers = new Footers(spark);
        this.layout = layout;
        this.config = config;
        this.from = from;
        this.date = date;
        this.findings = findings;
    }

    /**
     * Day of the latest snapshot of users: the day that a run is for when nobody says.
     *
     * @throws PushrankException with exit code 3 when there is none
     */
    public static LocalDate latestDay(Storage storage, Layout layout) {
        String folder = layout.inputTable(storage, Table.USERS);
        List<LocalDate> days = Partitions.days(storage, folder);
        if (days.isEmpty()) {
            throw PushrankException.input("input table users is required, but there is no partition ds=… in " + folder);
        }
        return days.get(days.size() - 1);
    }

    /** Whether the table is there with data for the date. */
    public boolean has(Table table) {
        return !partitions(table).isEmpty();
    }

    /**
     * Rows that may be used and are known at the as-of instant.
     *
     * @throws PushrankException with exit code 3 when a file or column is missing, truncated or of a wrong type
     */
    public Dataset<Row> asOf(Table table, Instant asOf) {
        Dataset<Row> rows = usable(table, raw(table));
        Column cut = lit(asOf);
        Optional<String> time = table.eventTime().or(table::stateTime);
        if (time.isPresent()) {
            rows = rows.filter(col(time.get()).lt(cut));
        }
        for (String later : table.laterTimes()) {
            rows = rows.withColumn(later, when(col(later).lt(cut), col(later)));
        }
        return rows.select(columns(table));
    }

    /**
     * Events from the as-of instant on: labels. Only examples and evaluations may ask for them.
     *
     * <p>Unlike all else they are read from the partitions of the window, which mostly ends on a later day than the run's.
     */
    public Dataset<Row> labels(Table table, Instant asOf, Instant until) {
        Column time = col(table.eventTime().orElseThrow());
        List<LocalDate> window = days(table).stream()
                .filter(day -> !day.isBefore(day(asOf)) && !day.isAfter(day(until)))
                .toList();
        return usable(table, raw(table, window))
                .filter(time.geq(lit(asOf)).and(time.lt(lit(until))))
                .select(columns(table));
    }

    /** Whether there are events of the day on which a window of labels ends: without them it is cut short. */
    public boolean hasLabels(Table table, Instant until) {
        return days(table).stream().anyMatch(day -> !day.isBefore(day(until.minusNanos(1))));
    }

    /** Rows of an optional table that is absent. */
    public Dataset<Row> empty(Table table) {
        return spark.createDataFrame(List.of(), table.schema());
    }

    /** Names, sizes and times of change of the files that the run reads of a table: equal as long as nobody writes there. */
    public List<String> state(Table table) {
        List<String> state = new ArrayList<>();
        for (LocalDate day : partitions(table)) {
            storage.dataFileStates(folder(table, day)).forEach(file -> state.add(day + " " + file));
        }
        return state;
    }

    /** Rows as they stand in the files that the run reads, with the day of their partition. */
    Dataset<Row> raw(Table table) {
        return raw(table, partitions(table));
    }

    /**
     * Rows as they stand in the files of these days, usable or not, whether the run reads them or not; no stage may ask
     * for them.
     *
     * @return the table's columns and {@link #PARTITION}
     * @throws PushrankException with exit code 3 when a file or column is missing, truncated or of a wrong type
     */
    public Dataset<Row> raw(Table table, List<LocalDate> days) {
        if (days.isEmpty()) {
            return empty(table).withColumn(PARTITION, lit(date));
        }
        List<String> folders = days.stream().map(day -> folder(table, day)).toList();
        List<String> files = new ArrayList<>();
        folders.forEach(folder -> files.addAll(storage.dataFiles(folder)));
        if (files.isEmpty()) {
            return empty(table).withColumn(PARTITION, lit(date));
        }
        footers.check(table, files);
        return spark.read()
                .schema(table.schema().add("ds", "date"))
                .option("basePath", layout.inputTable(storage, table))
                .parquet(folders.toArray(String[]::new))
                .withColumnRenamed("ds", PARTITION);
    }

    private Dataset<Row> usable(Table table, Dataset<Row> raw) {
        Dataset<Row> rows = raw.filter(isUsable(table));
        for (Check.References reference : findings.dangling(table)) {
            rows = rows.join(
                    keys(reference).withColumnRenamed(reference.keyColumn(), "referenced"),
                    col(reference.column()).equalTo(col("referenced")),
                    "left_semi");
        }
        // Last, as the validator does it: of two rows with one key, the one that dangles must not displace the other.
        return findings.hasDuplicates(table)
                ? rows.withColumn("duplicate", duplicateNumber(table))
                        .filter(col("duplicate").equalTo(1))
                        .drop("duplicate")
                : rows;
    }

    /** Keys of the referenced table, rows that are themselves unusable left out. */
    Dataset<Row> keys(Check.References reference) {
        Table parent = Table.named(reference.table());
        return raw(parent)
                .filter(isUsable(parent))
                .select(reference.keyColumn())
                .distinct();
    }

    /**
     * Numbers the rows of one key from 1 in an order that depends on nothing but their content; the earliest first, so
     * that a row from after the as-of instant never displaces one from before it.
     */
    static Column duplicateNumber(Table table) {
        Column[] key = table.key().stream().map(functions::col).toArray(Column[]::new);
        List<Column> order = new ArrayList<>();
        table.eventTime().or(table::stateTime).ifPresent(time -> order.add(col(time)));
        order.add(rowHash(table));
        order.add(col(PARTITION));
        return functions.row_number().over(Window.partitionBy(key).orderBy(order.toArray(Column[]::new)));
    }

    static Column rowHash(Table table) {
        return functions.xxhash64(columns(table));
    }

    static Column[] columns(Table table) {
        return Arrays.stream(table.schema().fieldNames()).map(functions::col).toArray(Column[]::new);
    }

    /** Something that one row alone can answer: TRUE for a row that may be used, never NULL. */
    private record RowCheck(String reason, Column holds) {}

    /** Codes of all checks that the row fails on its own; empty for most rows. */
    static Column rowReasons(Table table) {
        return array_compact(array(rowChecks(table).stream()
                .map(check -> when(not(check.holds()), lit(check.reason())))
                .toArray(Column[]::new)));
    }

    /** TRUE for a row without {@link #rowReasons}; much cheaper than to list them, and asked at every read. */
    static Column isUsable(Table table) {
        return rowChecks(table).stream().map(RowCheck::holds).reduce(lit(true), Column::and);
    }

    private static List<RowCheck> rowChecks(Table table) {
        List<RowCheck> checks = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            Column value = col(field.name());
            if (!field.nullable()) {
                checks.add(new RowCheck("missing:" + field.name(), value.isNotNull()));
            }
            if (field.dataType().equals(DataTypes.DoubleType)
                    || field.dataType().equals(DataTypes.FloatType)) {
                // NaN is above every number in Spark's order, so one bound takes out NaN and both infinities.
                Column isFinite = functions.abs(value).leq(lit(Double.MAX_VALUE));
                checks.add(new RowCheck("not_finite:" + field.name(), coalesce(isFinite, lit(true))));
            }
        }
        for (Check check : table.checks()) {
            if (check instanceof Check.OfRow ofRow) {
                checks.add(new RowCheck(check.reason(), ofRow.holds()));
            }
        }
        Column day = col(PARTITION);
        table.eventTime()
                .ifPresent(time -> checks.add(new RowCheck(
                        "outside_partition:" + time,
                        coalesce(epochDay(col(time)).equalTo(unix_date(day)), lit(true)))));
        table.stateTime()
                .ifPresent(time -> checks.add(new RowCheck(
                        "after_partition:" + time, coalesce(epochDay(col(time)).leq(unix_date(day)), lit(true)))));
        return checks;
    }

    /** Days since 1970-01-01 UTC; arithmetic alone, where a cast to DATE makes calendar objects for every row. */
    private static Column epochDay(Column time) {
        Column micros = unix_micros(time);
        Column day = lit(TimeUnit.DAYS.toMicros(1));
        return functions.call_function("div", micros.minus(pmod(micros, day)), day);
    }

    private List<LocalDate> partitions(Table table) {
        return Partitions.of(storage, layout, table, from, date, config.inputs());
    }

    /** Days of the partitions that are there, in order, whether the run reads them or not. */
    public List<LocalDate> days(Table table) {
        return Partitions.days(storage, layout.inputTable(storage, table));
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    private String folder(Table table, LocalDate day) {
        return layout.inputTable(storage, table) + "/" + Layout.day(day);
    }
}
