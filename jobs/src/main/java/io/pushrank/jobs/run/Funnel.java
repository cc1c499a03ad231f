package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Counts of judged rows by source, outcome and reason; a row of several sources or reasons counts for each of them. */
final class Funnel {
    /** Stands for all sources together. */
    static final String ALL = "all";
    /** Stands for a row whatever its reasons. */
    static final String ANY = "any";
    /** Outcome of a row without a reason. */
    static final String KEPT = "kept";
    /** Outcome of a row with a reason. */
    static final String REMOVED = "removed";

    private final List<Row> rows;

    private Funnel(List<Row> rows) {
        this.rows = rows;
    }

    /**
     * @param judged rows with {@code sources}, an array of names, and {@code reasons}
     */
    static Funnel of(Dataset<Row> judged) {
        return new Funnel(judged.select(
                        explode(concat(array(lit(ALL)), col("sources"))).as("source"),
                        when(size(col("reasons")).equalTo(0), lit(KEPT))
                                .otherwise(lit(REMOVED))
                                .as("outcome"),
                        col("reasons"))
                .select(
                        col("source"),
                        col("outcome"),
                        explode(concat(array(lit(ANY)), col("reasons"))).as("reason"))
                .groupBy("source", "outcome", "reason")
                .agg(count(lit(1)).as("rows"))
                .collectAsList());
    }

    /** As it was published. */
    static Funnel read(Dataset<Row> published) {
        return new Funnel(published.collectAsList());
    }

    Dataset<Row> dataset(Dataset<Row> judged) {
        return judged.sparkSession().createDataFrame(rows, Table.FUNNEL.schema());
    }

    long rows(String source, String outcome) {
        return rows.stream()
                .filter(row -> row.getString(0).equals(source)
                        && row.getString(1).equals(outcome)
                        && row.getString(2).equals(ANY))
                .mapToLong(row -> row.getLong(3))
                .sum();
    }

    /** Sources that any row has, in order of name. */
    List<String> sources() {
        return rows.stream()
                .map(row -> row.getString(0))
                .filter(source -> !source.equals(ALL))
                .distinct()
                .sorted()
                .toList();
    }

    /** Rows removed for each reason, whatever their source. */
    Map<String, Long> reasons() {
        return reasons(ALL);
    }

    Map<String, Long> reasons(String source) {
        Map<String, Long> reasons = new TreeMap<>();
        rows.stream()
                .filter(row ->
                        row.getString(0).equals(source) && !row.getString(2).equals(ANY))
                .forEach(row -> reasons.put(row.getString(2), row.getLong(3)));
        return reasons;
    }

    /** The most frequent reasons, first, as text: {@code too_old 12, seen 3}. */
    static String top(Map<String, Long> reasons, int most) {
        List<Map.Entry<String, Long>> entries = new ArrayList<>(reasons.entrySet());
        entries.sort(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()));
        return String.join(
                ", ",
                entries.stream()
                        .limit(most)
                        .map(entry -> entry.getKey() + " " + "%,d".formatted(entry.getValue()))
                        .toList());
    }
}
