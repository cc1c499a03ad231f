package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_contains_key;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** What validation and every reader ask of the rows of an input table, so that they agree on which rows can be used. */
final class RowChecks {
    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");
    /** Day of the latest instant that is taken for one. */
    static final LocalDate LATEST_DAY = LocalDate.ofInstant(LATEST, ZoneOffset.UTC);

    private RowChecks() {}

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
        order.add(col(Inputs.PARTITION));
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

    /**
     * Codes of all checks that the row fails on its own; empty for most rows.
     *
     * @param date of the run, up to which a state row may begin
     */
    static Column reasons(Table table, LocalDate date) {
        return array_compact(array(of(table, date).stream()
                .map(check -> when(not(check.holds()), lit(check.reason())))
                .toArray(Column[]::new)));
    }

    /** TRUE for a row without {@link #reasons}; much cheaper than to list them, and asked at every read. */
    static Column isUsable(Table table, LocalDate date) {
        return of(table, date).stream().map(RowCheck::holds).reduce(lit(true), Column::and);
    }

    private static List<RowCheck> of(Table table, LocalDate date) {
        List<RowCheck> checks = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            Column value = col(field.name());
            Column isMisfit = coalesce(map_contains_key(col(InputFiles.MISFITS), field.name()), lit(false));
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
                                (day, partition) -> day.leq(unix_date(functions.greatest(partition, lit(date))))))));
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
        return coalesce(when(isPlausible, relation.apply(epochDay(time), col(Inputs.PARTITION))), lit(true));
    }

    /** Days since 1970-01-01 UTC; arithmetic alone, where a cast to DATE makes calendar objects for every row. */
    static Column epochDay(Column time) {
        Column micros = unix_micros(time);
        Column day = lit(TimeUnit.DAYS.toMicros(1));
        return functions.call_function("div", micros.minus(pmod(micros, day)), day);
    }
}
