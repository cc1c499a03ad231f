package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the input tables against their contract: what cannot be used is set aside with its reasons. */
public final class Validator {
    private static final Logger LOG = LoggerFactory.getLogger(Validator.class);

    private final Inputs inputs;
    private final RankingConfig config;
    private final KeyIndexes indexes;
    private final Map<Table, TableReport> reports = new EnumMap<>(Table.class);

    /** @param indexes of the partitions of the same inputs */
    public Validator(Inputs inputs, RankingConfig config, KeyIndexes indexes) {
        this.inputs = inputs;
        this.config = config;
        this.indexes = indexes;
    }

    /**
     * What a table is found to be.
     *
     * @param rows rows read
     * @param quarantined rows that cannot be used
     * @param reasons rows for each reason code; a row may have several
     * @param quarantine the rows that cannot be used, as table QUARANTINE has them; null when there are none
     */
    public record TableReport(
            Table table, long rows, long quarantined, Map<String, Long> reasons, Dataset<Row> quarantine) {}

    /**
     * Checks that nobody is writing to a table, and that no event table lacks days which others have: a table whose newest day is missing is late. That none has the
     * run's own day, or that all of a table is too old to be read, is said too.
     *
     * @return what is missing, for the manifest; empty when nothing is
     * @throws PushrankException with exit code 3 when a writer has not finished, and when a required table is late, unless {@code inputs.late_tables} is {@code
     *     warn}
     */
    public Optional<String> checkDays() {
        inputs.files().requireFinishedWriters();
        NavigableMap<Table, NavigableSet<LocalDate>> missing = inputs.missingDays();
        List<String> texts = new ArrayList<>();
        missing.forEach((table, days) -> {
            LocalDate last = inputs.lastDay(table);
            boolean isLate = days.last().isAfter(last);
            String text = isLate
                    ? "input table " + table.tableName() + " is late: its last partition is " + Layout.day(last)
                            + ", but other event tables have " + days
                    : "input table " + table.tableName() + " has no partition of " + days
                            + ", but other event tables have";
            if (isLate && table.isRequired() && !config.inputs().lateTables().isAccepted()) {
                throw PushrankException.input(
                        text + "; wait for it, or go on without by --set inputs.late_tables=warn");
            }
            texts.add(text);
        });
        texts.addAll(inputs.outdated());
        texts.forEach(LOG::warn);
        return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", texts));
    }

    /**
     * Checks a table: files and columns, each row on its own, keys, references.
     *
     * @throws PushrankException with exit code 3 when the table cannot be used at all, or too little of it can
     */
    public TableReport check(Table table) {
        // Asks every file, also those whose rows were checked before.
        Set<String> absent = inputs.files().absentColumns(table);
        TableReport report = report(table);
        reports.put(table, report);
        if (!absent.isEmpty()) {
            LOG.warn(
                    "input table {}: columns {} are absent or empty in some files, and NULL there",
                    table.tableName(),
                    absent);
        }
        Long contradicting = report.reasons().get(Findings.CONTRADICTING_KEY);
        if (contradicting != null) {
            LOG.warn(
                    "input table {}: {} rows contradict others of the same key; {}, see quarantine",
                    table.tableName(),
                    contradicting,
                    table.isKeptWhenContradicted() ? "one of each key is used" : "no row of such a key is used");
        }
        return report;
    }

    /**
     * Checks the rows of the suspicious days alone. That sets aside the same rows, for the same reasons, as to check all days:
     *
     * <ul>
     *   <li>Whether a row fails checks of its own depends on nothing else: a day with such a row is suspicious.
     *   <li>Whether it dangles depends on the keys of other tables, which are read as a whole: a day with a usable row that
     *       refers to a key which is not there is suspicious.
     *   <li>Whether it gives way to another row of its key depends on the rows of that key which pass the former checks. Where
     *       there are two, their keys have equal prints, so that the days of all of them are suspicious.
     * </ul>
     *
     * Days that are suspicious for no reason, since two keys have the same print, add no row.
     */
    private TableReport report(Table table) {
        KeyIndexes.Suspects suspects = indexes.suspects(table);
        if (suspects.rows() == 0 && table.mustHaveRows()) {
            throw PushrankException.input("input table users is empty: there is nobody to notify");
        }
        return suspects.days().isEmpty()
                ? new TableReport(table, suspects.rows(), 0, Map.of(), null)
                : exact(table, suspects.days(), suspects.rows());
    }

    /**
     * Checks each row of some days, and holds rows of one key in them against each other.
     *
     * @param rows rows of all days
     */
    TableReport exact(Table table, List<LocalDate> days, long rows) {
        Dataset<Row> quarantine = quarantine(table, judged(table, days));
        Map<String, Long> reasons = new TreeMap<>();
        quarantine
                .select(explode(col("reasons")).as("reason"))
                .groupBy("reason")
                .count()
                .collectAsList()
                .forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
        long quarantined = quarantine.count();
        if (quarantined > rows * config.inputs().maxQuarantinedShare()) {
            throw PushrankException.input("input table " + table.tableName() + ": " + quarantined + " of " + rows
                    + " rows cannot be used, inputs.max_quarantined_share is "
                    + config.inputs().maxQuarantinedShare() + "; reasons: " + reasons + causes(table));
        }
        return new TableReport(table, rows, quarantined, reasons, quarantined == 0 ? null : quarantine);
    }

    /** What was set aside of the tables that this one refers to: rows may dangle for that alone. */
    private String causes(Table table) {
        StringBuilder text = new StringBuilder();
        table.checks().stream()
                .filter(Check.References.class::isInstance)
                .map(check -> Table.named(((Check.References) check).table()))
                .distinct()
                .map(reports::get)
                .filter(parent -> parent != null && parent.quarantined() > 0)
                .forEach(parent -> text.append("; of table ")
                        .append(parent.table().tableName())
                        .append(", to which it refers, ")
                        .append(parent.quarantined())
                        .append(" of ")
                        .append(parent.rows())
                        .append(" rows were set aside before: ")
                        .append(parent.reasons()));
        return text.toString();
    }

    private Dataset<Row> judged(Table table, List<LocalDate> days) {
        Dataset<Row> rows = inputs.raw(table, days).withColumn("reasons", inputs.rowReasons(table));
        List<Column> dangling = new ArrayList<>();
        int number = 0;
        for (Check check : table.checks()) {
            if (check instanceof Check.References reference) {
                String found = "referenced_" + number++;
                rows = rows.join(
                        inputs.keys(reference).withColumnRenamed(reference.keyColumn(), found),
                        col(reference.column()).equalTo(col(found)),
                        "left_outer");
                dangling.add(
                        when(col(reference.column()).isNotNull().and(col(found).isNull()), lit(check.reason())));
            }
        }
        return dangling.isEmpty()
                ? rows
                : rows.withColumn(
                        "reasons", concat(col("reasons"), array_compact(array(dangling.toArray(Column[]::new)))));
    }

    /** Of rows that share a key, those that readers do not see are set aside. */
    private static Dataset<Row> quarantine(Table table, Dataset<Row> judged) {
        Dataset<Row> wellFormed = judged.filter(size(col("reasons")).equalTo(0))
                .withColumn("excess", RowChecks.excess(table))
                .filter(col("excess").isNotNull())
                .withColumn("reasons", array(col("excess")))
                .drop("excess");
        return judged.filter(size(col("reasons")).gt(0))
                .unionByName(wellFormed)
                .select(
                        RowChecks.rowHash(table).as("row_hash"),
                        to_json(struct(key(table)), Map.of("ignoreNullFields", "false"))
                                .as("row_key"),
                        col("reasons"),
                        col(Inputs.PARTITION).cast("string").as(Inputs.PARTITION),
                        to_json(struct(withMisfits(RowChecks.columns(table)))).as("row_json"));
    }

    private static Column[] withMisfits(Column... columns) {
        Column[] all = Arrays.copyOf(columns, columns.length + 1);
        all[columns.length] = col(InputFiles.MISFITS);
        return all;
    }

    private static Column[] key(Table table) {
        return table.key().stream().map(functions::col).toArray(Column[]::new);
    }
}
