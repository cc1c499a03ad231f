package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

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
    private final RankingConfig config;
    private final LocalDate date;
    private final InputFiles files;
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
        this.config = config;
        this.date = date;
        this.files = new InputFiles(spark, layout, config.inputs(), from, date);
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

    /** Codes of all checks that a raw row fails on its own; empty for most rows. */
    Column rowReasons(Table table) {
        return RowChecks.reasons(table, date);
    }

    /** Whether the table is there with data for the date. */
    public boolean has(Table table) {
        return !files.partitions(table).isEmpty();
    }

    /** Rows that the footers of a table's files tell of. */
    public long rows(Table table) {
        return files.partitions(table).stream()
                .mapToLong(day -> files.rows(table, day))
                .sum();
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
        return rows.select(RowChecks.columns(table));
    }

    /**
     * Events of a window that ends at or before the run's as-of instant, read from its days' partitions alone.
     *
     * @param from first instant
     * @param until first instant after it
     */
    public Dataset<Row> window(Table table, Instant from, Instant until) {
        Column time = col(table.eventTime().orElseThrow());
        List<LocalDate> window = files.partitions(table).stream()
                .filter(day -> isBetween(day, from, until))
                .toList();
        Dataset<Row> rows =
                usable(table, raw(table, window).filter(time.geq(lit(from)).and(time.lt(lit(until)))));
        for (String later : table.laterTimes()) {
            rows = rows.withColumn(later, when(col(later).lt(lit(until)), col(later)));
        }
        return rows.select(RowChecks.columns(table));
    }

    /** Names, sizes and times of change of the files in which a window's events are. */
    public List<String> state(Table table, Instant from, Instant until) {
        return files.partitions(table).stream()
                .filter(day -> isBetween(day, from, until))
                .flatMap(day -> files.state(table, day).stream())
                .toList();
    }

    /** Rows that the files say they hold in which a window's events are. */
    public long rows(Table table, Instant from, Instant until) {
        return files.partitions(table).stream()
                .filter(day -> isBetween(day, from, until))
                .mapToLong(day -> files.rows(table, day))
                .sum();
    }

    private static boolean isBetween(LocalDate day, Instant from, Instant until) {
        return !day.isBefore(day(from)) && !day.isAfter(day(until.minusNanos(1)));
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
                .select(RowChecks.columns(table));
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
        return files.state(table);
    }

    SparkSession spark() {
        return spark;
    }

    RankingConfig config() {
        return config;
    }

    LocalDate date() {
        return date;
    }

    /** The files behind the rows. */
    InputFiles files() {
        return files;
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
                    days.put(table, new TreeSet<>(files.partitions(table)));
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
        List<LocalDate> days = files.partitions(table);
        return days.get(days.size() - 1);
    }

    /** Rows as they stand in the files that the run reads, with the day of their partition. */
    Dataset<Row> raw(Table table) {
        return raw(table, files.partitions(table));
    }

    /**
     * Rows as they stand in the files of these days, usable or not, whether the run reads them or not; no stage may ask
     * for them.
     *
     * @return the table's columns, {@link #PARTITION} and {@link InputFiles#MISFITS}
     * @throws PushrankException with exit code 3 when a day is not whole, or a file or column is missing, truncated or of a
     *     wrong type
     */
    public Dataset<Row> raw(Table table, List<LocalDate> days) {
        return files.raw(table, days);
    }

    private Dataset<Row> usable(Table table, Dataset<Row> raw) {
        Dataset<Row> rows = raw.filter(RowChecks.isUsable(table, date));
        for (Check.References reference : findings.dangling(table)) {
            rows = rows.join(
                    keys(reference).withColumnRenamed(reference.keyColumn(), "referenced"),
                    col(reference.column()).equalTo(col("referenced")),
                    "left_semi");
        }
        // Last, as the validator does it: of two rows with one key, the one that dangles must not displace the other.
        return findings.hasDuplicates(table)
                ? rows.withColumn("excess", RowChecks.excess(table))
                        .filter(col("excess").isNull())
                        .drop("excess")
                : rows;
    }

    /** Keys of the referenced table, rows that are themselves unusable left out. */
    Dataset<Row> keys(Check.References reference) {
        Table parent = Table.named(reference.table());
        return raw(parent)
                .filter(RowChecks.isUsable(parent, date))
                .select(reference.keyColumn())
                .distinct();
    }

    /** Days of the partitions that are there, in order, whether the run reads them or not. */
    public List<LocalDate> days(Table table) {
        return files.days(table);
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
