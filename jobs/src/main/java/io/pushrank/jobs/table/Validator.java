package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Holds the input tables against their contract: what cannot be used is set aside with its reasons. */
public final class Validator {
    private final Inputs inputs;
    private final RankingConfig config;

    public Validator(Inputs inputs, RankingConfig config) {
        this.inputs = inputs;
        this.config = config;
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
     * Checks a table: files and columns, each row on its own, keys, references.
     *
     * @throws PushrankException with exit code 3 when the table cannot be used at all, or too little of it can
     */
    public TableReport check(Table table) {
        Dataset<Row> judged = judged(table);
        Row counts = judged.agg(
                        count(lit(1)),
                        countDistinct(xxhash64(key(table))),
                        count_if(size(col("reasons")).gt(0)))
                .head();
        long rows = counts.getLong(0);
        boolean isClean = counts.getLong(1) == rows && counts.getLong(2) == 0;
        if (rows == 0 && table == Table.USERS) {
            throw PushrankException.input("input table users is empty: there is nobody to notify");
        }
        if (isClean) {
            return new TableReport(table, rows, 0, Map.of(), null);
        }
        Dataset<Row> quarantine = quarantine(table, judged);
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
                    + config.inputs().maxQuarantinedShare() + "; reasons: " + reasons);
        }
        return new TableReport(table, rows, quarantined, reasons, quarantined == 0 ? null : quarantine);
    }

    private Dataset<Row> judged(Table table) {
        Dataset<Row> rows = inputs.raw(table).withColumn("reasons", Inputs.rowReasons(table));
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

    /** Of rows that share a key, all but one are set aside: the earliest, the one that readers see. */
    private static Dataset<Row> quarantine(Table table, Dataset<Row> judged) {
        Dataset<Row> wellFormed = judged.filter(size(col("reasons")).equalTo(0))
                .withColumn("duplicate", Inputs.duplicateNumber(table))
                .filter(col("duplicate").gt(1))
                .drop("duplicate")
                .withColumn("reasons", array(lit(Findings.DUPLICATE_KEY)));
        return judged.filter(size(col("reasons")).gt(0))
                .unionByName(wellFormed)
                .select(
                        Inputs.rowHash(table).as("row_hash"),
                        to_json(struct(key(table)), Map.of("ignoreNullFields", "false"))
                                .as("row_key"),
                        col("reasons"),
                        col(Inputs.PARTITION).cast("string").as(Inputs.PARTITION),
                        to_json(struct(Inputs.columns(table))).as("row_json"));
    }

    private static Column[] key(Table table) {
        return table.key().stream().map(functions::col).toArray(Column[]::new);
    }
}
