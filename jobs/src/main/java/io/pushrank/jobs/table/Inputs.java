package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_contains_key;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource$;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The one point where input tables are read: only usable rows come through, and nothing from after the as-of instant.
 *
 * <p>An event is seen when its time lies before the as-of instant, a state row when it holds since before it; any other
 * instant of a row that lies later is not known yet, hence NULL.
 */
public final class Inputs {
    /** Column that holds the day of a row's partition in {@link #raw}. */
    public static final String PARTITION = "partition";
    /**
     * Column of {@link #raw} that holds values for which the table's types have no room, as texts by column; NULL where a row
     * has none.
     */
    static final String MISFITS = "misfits";

    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final SparkSession spark;
    private final Storage storage;
    private final Footers footers;
    private final Layout layout;
    private final RankingConfig config;
    private final LocalDate from;
    private final LocalDate date;
    private final Findings findings;
    /** Asked of the file system once: a stage sees its inputs as they were when it looked. */
    private final Map<Table, String> folders = new EnumMap<>(Table.class);

    private final Map<Table, List<LocalDate>> partitions = new EnumMap<>(Table.class);
    private final Map<Table, Map<LocalDate, DayFiles>> listed = new EnumMap<>(Table.class);
    private final Map<Table, Set<String>> absentColumns = new EnumMap<>(Table.class);

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
        Column cut = lit(asOf);
        Dataset<Row> raw = raw(table);
        Optional<String> time = table.eventTime().or(table::stateTime);
        if (time.isPresent()) {
            // Before rows of one key are compared: what is not known yet contradicts nothing.
            raw = raw.filter(col(time.get()).lt(cut));
        }
        Dataset<Row> rows = usable(table, raw);
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
                .filter(day -> !day.isBefore(day(asOf)) && !day.isAfter(day(until.minusNanos(1))))
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
            String folder = folder(table, day);
            for (DayFiles.DataFile file : files(table, day).files()) {
                state.add(day + " " + file.path().substring(folder.length() + 1) + " "
                        + file.entry().state());
            }
        }
        return state;
    }

    /**
     * Days of which an event table has no partition although another has one: its newest ones, so that it is late, or days
     * between. Tables that are absent, or lack nothing, have no entry.
     */
    NavigableMap<Table, NavigableSet<LocalDate>> missingDays() {
        NavigableMap<Table, NavigableSet<LocalDate>> days = new TreeMap<>();
        NavigableSet<LocalDate> all = new TreeSet<>();
        Table.inputs()
                .filter(table -> table.group() == Table.Group.EVENT && has(table))
                .forEach(table -> {
                    days.put(table, new TreeSet<>(partitions(table)));
                    all.addAll(days.get(table));
                });
        days.replaceAll((table, there) -> {
            NavigableSet<LocalDate> missing = new TreeSet<>(all.tailSet(there.first(), true));
            missing.removeAll(there);
            return missing;
        });
        days.values().removeIf(NavigableSet::isEmpty);
        return days;
    }

    /**
     * Refuses tables that someone is writing to: days that are there already may still get files.
     *
     * @throws PushrankException with exit code 3, naming the folder and what the writer has in it
     */
    void requireFinishedWriters() {
        Table.inputs().forEach(table -> DayFiles.requireFinished(storage, table, folder(table)));
    }

    /** What is wrong with the days of event tables as a whole, in words. */
    List<String> outdated() {
        List<String> texts = new ArrayList<>();
        boolean isDayThere = false;
        for (Table table :
                Table.inputs().filter(each -> each.group() == Table.Group.EVENT).toList()) {
            List<LocalDate> known =
                    days(table).stream().filter(day -> !day.isAfter(date)).toList();
            isDayThere |= known.contains(date);
            if (!known.isEmpty() && !has(table)) {
                texts.add("input table " + table.tableName() + " is read as absent: its last partition is "
                        + Layout.day(known.get(known.size() - 1)) + ", inputs.lookback_days is "
                        + config.inputs().lookbackDays());
            }
        }
        if (!isDayThere) {
            texts.add("no event table has " + Layout.day(date) + ": what users did on that day is not known");
        }
        return texts;
    }

    /** The last day that the run reads of a table that is there. */
    LocalDate lastDay(Table table) {
        List<LocalDate> days = partitions(table);
        return days.get(days.size() - 1);
    }

    /** Columns that may be NULL and that a file which was read of the table does not have. */
    Set<String> absentColumns(Table table) {
        return absentColumns.getOrDefault(table, Set.of());
    }

    /** Rows as they stand in the files that the run reads, with the day of their partition. */
    Dataset<Row> raw(Table table) {
        return raw(table, partitions(table));
    }

    /**
     * Rows as they stand in the files of these days, usable or not, whether the run reads them or not; no stage may ask
     * for them.
     *
     * @return the table's columns, {@link #PARTITION} and {@link #MISFITS}
     * @throws PushrankException with exit code 3 when a day is not whole, or a file or column is missing, truncated or of a
     *     wrong type
     */
    public Dataset<Row> raw(Table table, List<LocalDate> days) {
        List<DayFiles> there = days.stream().map(day -> files(table, day)).toList();
        // All at once, since footers are read side by side.
        Iterator<Footers.Shape> shapes = footers.shapes(
                        table,
                        there.stream()
                                .flatMap(day -> day.files().stream())
                                .map(DayFiles.DataFile::path)
                                .toList(),
                        config.inputs().isNaiveUtc())
                .iterator();
        Map<Layer, List<String>> layers = new LinkedHashMap<>();
        for (DayFiles day : there) {
            Map<Layer, List<String>> ofDay = new LinkedHashMap<>();
            day.files().forEach(file -> ofDay.computeIfAbsent(
                            new Layer(shapes.next(), file.folderColumns()), layer -> new ArrayList<>())
                    .add(file.path()));
            // A folder whose files are alike is read as one: Spark lists many paths by a job of its own.
            ofDay.forEach((layer, paths) -> layers.computeIfAbsent(layer, absent -> new ArrayList<>())
                    .addAll(ofDay.size() == 1 ? List.of(folder(table, day.day())) : paths));
        }
        return layers.entrySet().stream()
                .map(layer -> read(table, layer.getKey(), layer.getValue()))
                .reduce(Dataset::unionByName)
                .orElseGet(() -> empty(table)
                        .withColumn(PARTITION, lit(date))
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
            if (readable.equals(FileColumn.Read.ABSENT)) {
                absentColumns.computeIfAbsent(table, absent -> new TreeSet<>()).add(field.name());
            } else {
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
        columns.add(col("ds").as(PARTITION));
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
                ? rows.withColumn("excess", excess(table))
                        .filter(col("excess").isNull())
                        .drop("excess")
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
     * Why a row gives way to another one of its key; NULL for a row that stays.
     *
     * <p>Of rows that say the same, however often, the earliest stays, so that a row from after the as-of instant never
     * displaces one from before it. Rows that contradict each other are all set aside: nobody knows which is right. Only where
     * to forget them would send too much one stays: the one that forbids more, the earliest, the one with most values.
     */
    static Column excess(Table table) {
        Column[] key = table.key().stream().map(functions::col).toArray(Column[]::new);
        WindowSpec ofKey = Window.partitionBy(key);
        List<Column> order = new ArrayList<>();
        if (table.isKeptWhenContradicted()) {
            booleans(table).forEach(column -> order.add(col(column).desc_nulls_last()));
        }
        table.eventTime().or(table::stateTime).ifPresent(time -> order.add(col(time)));
        order.add(Arrays.stream(columns(table))
                .map(column -> column.isNotNull().cast("int"))
                .reduce(Column::plus)
                .orElseThrow()
                .desc());
        order.add(rowHash(table));
        order.add(col(PARTITION));
        Column number = functions.row_number().over(ofKey.orderBy(order.toArray(Column[]::new)));
        Column content = hash(content(table));
        Column isContradicted = functions
                .min(content)
                .over(ofKey)
                .notEqual(functions.max(content).over(ofKey));
        Column isDisplaced =
                table.isKeptWhenContradicted() ? number.gt(1) : number.gt(1).or(isContradicted);
        return when(
                isDisplaced,
                when(isContradicted, lit(Findings.CONTRADICTING_KEY)).otherwise(lit(Findings.DUPLICATE_KEY)));
    }

    /** What rows of one key must agree on: all but the instant since which a state holds. */
    private static Column[] content(Table table) {
        return Arrays.stream(table.schema().fieldNames())
                .filter(name -> !table.stateTime().equals(Optional.of(name)))
                .map(functions::col)
                .toArray(Column[]::new);
    }

    static Column rowHash(Table table) {
        return hash(columns(table));
    }

    /** Spark's hash leaves NULL out, so that the same value in another column would be the same row. */
    private static Column hash(Column... columns) {
        return functions.xxhash64(
                Stream.concat(Arrays.stream(columns), Arrays.stream(columns).map(Column::isNull))
                        .toArray(Column[]::new));
    }

    private static List<String> booleans(Table table) {
        return Arrays.stream(table.schema().fields())
                .filter(field -> field.dataType().equals(DataTypes.BooleanType))
                .map(StructField::name)
                .toList();
    }

    static Column[] columns(Table table) {
        return Arrays.stream(table.schema().fieldNames()).map(functions::col).toArray(Column[]::new);
    }

    /** Something that one row alone can answer: TRUE for a row that may be used, never NULL. */
    private record RowCheck(String reason, Column holds) {}

    /** Codes of all checks that the row fails on its own; empty for most rows. */
    Column rowReasons(Table table) {
        return array_compact(array(rowChecks(table).stream()
                .map(check -> when(not(check.holds()), lit(check.reason())))
                .toArray(Column[]::new)));
    }

    /** TRUE for a row without {@link #rowReasons}; much cheaper than to list them, and asked at every read. */
    Column isUsable(Table table) {
        return rowChecks(table).stream().map(RowCheck::holds).reduce(lit(true), Column::and);
    }

    private List<RowCheck> rowChecks(Table table) {
        List<RowCheck> checks = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            Column value = col(field.name());
            Column isMisfit = coalesce(map_contains_key(col(MISFITS), field.name()), lit(false));
            if (!field.nullable()) {
                checks.add(new RowCheck(
                        "missing:" + field.name(), value.isNotNull().or(isMisfit)));
            }
            if (isNumber(field)) {
                checks.add(new RowCheck("out_of_range:" + field.name(), not(isMisfit)));
            }
            if (field.dataType().equals(DataTypes.TimestampType)) {
                Column isPlausible = coalesce(value.between(lit(EARLIEST), lit(LATEST)), lit(true));
                checks.add(new RowCheck("out_of_range:" + field.name(), isPlausible.and(not(isMisfit))));
            }
            if (field.dataType().equals(DataTypes.DoubleType)) {
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
        table.eventTime()
                .ifPresent(time -> checks.add(new RowCheck(
                        "outside_partition:" + time,
                        isDay(col(time), (day, partition) -> day.equalTo(unix_date(partition))))));
        // A snapshot may be taken, and be used, later than on the day that it is called by.
        table.stateTime()
                .ifPresent(time -> checks.add(new RowCheck(
                        "after_partition:" + time,
                        isDay(
                                col(time),
                                (day, partition) -> day.leq(
                                        functions.greatest(unix_date(partition), lit((int) date.toEpochDay())))))));
        return checks;
    }

    private static boolean isNumber(StructField field) {
        return field.dataType().equals(DataTypes.IntegerType)
                || field.dataType().equals(DataTypes.LongType)
                || field.dataType().equals(DataTypes.DoubleType);
    }

    /** Whether an instant's day stands to its partition as asked; TRUE where there is no instant, or one that is none. */
    private static Column isDay(Column time, BinaryOperator<Column> relation) {
        Column isPlausible = time.between(lit(EARLIEST), lit(LATEST));
        return coalesce(when(isPlausible, relation.apply(epochDay(time), col(PARTITION))), lit(true));
    }

    /** Days since 1970-01-01 UTC; arithmetic alone, where a cast to DATE makes calendar objects for every row. */
    private static Column epochDay(Column time) {
        Column micros = unix_micros(time);
        Column day = lit(TimeUnit.DAYS.toMicros(1));
        return functions.call_function("div", micros.minus(pmod(micros, day)), day);
    }

    private List<LocalDate> partitions(Table table) {
        return partitions.computeIfAbsent(
                table, absent -> Partitions.of(storage, folder(table), table, from, date, config.inputs()));
    }

    /** Days of the partitions that are there, in order, whether the run reads them or not. */
    public List<LocalDate> days(Table table) {
        return Partitions.days(storage, folder(table));
    }

    private String folder(Table table) {
        return folders.computeIfAbsent(table, absent -> layout.inputTable(storage, table));
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    private DayFiles files(Table table, LocalDate day) {
        return listed.computeIfAbsent(table, absent -> new TreeMap<>())
                .computeIfAbsent(
                        day,
                        absent -> DayFiles.of(
                                storage,
                                table,
                                day,
                                folder(table, day),
                                config.inputs().completeMarker()));
    }

    private String folder(Table table, LocalDate day) {
        return folder(table) + "/" + Layout.day(day);
    }
}
