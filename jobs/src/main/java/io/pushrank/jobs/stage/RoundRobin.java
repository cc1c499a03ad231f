package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.source.Sources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * The order in which a user's candidates are taken where not all can be kept: in each round every source, in order of display,
 * gives as many items as its quota says, by their ranks there. An item that several sources propose is taken where it comes
 * first. A source's rank is that among all that it proposed: what a rule removed is passed over, and nothing takes its place
 * in the round.
 */
public final class RoundRobin {
    private final Map<String, Integer> quotas;

    /**
     * @param quotas items a round, at least 1, by the names of the sources, in order of display. Sources that are not named
     *     come after them and give one item a round
     */
    public RoundRobin(Map<String, Integer> quotas) {
        this.quotas = new LinkedHashMap<>(quotas);
    }

    /** By the quotas of the settings. */
    static RoundRobin of(Sources sources) {
        Map<String, Integer> quotas = new LinkedHashMap<>();
        sources.all().forEach(source -> quotas.put(source.name(), source.quota()));
        return new RoundRobin(quotas);
    }

    /**
     * Numbers some rows of each user from 1, in the order in which they are taken; NULL in all others. It is a total order:
     * a source has one item at each rank, and sources that the settings do not have come in the order of their names.
     *
     * @param rows with {@code user_id} and {@code sources}, each with {@code source} and {@code rank}; they are not moved
     *     where all of a user's lie together
     * @param number name of the new column, INT
     * @param isNumbered which rows are; it must have a source
     */
    public Dataset<Row> numbered(Dataset<Row> rows, String number, Column isNumbered) {
        String place = number + "_place";
        return rows.withColumn(place, when(isNumbered, array_min(transform(col("sources"), this::place))))
                .withColumn(
                        number,
                        when(
                                col(place).isNotNull(),
                                row_number()
                                        .over(Window.partitionBy("user_id")
                                                .orderBy(col(place).asc_nulls_last()))))
                .drop(place);
    }

    /**
     * Removes what the rules left beyond the first {@code keep} items of each user, of some types; others take no place.
     *
     * @param judged with {@code reasons}, empty where the rules left a row
     * @return the rows with {@code rank}, the number of those that the rules left, and {@code reasons}
     */
    Dataset<Row> judge(Dataset<Row> judged, int keep, Collection<String> types) {
        Column isContested =
                size(col("reasons")).equalTo(0).and(col("item_type").isin(types.toArray()));
        return numbered(judged, "rank", isContested)
                .withColumn(
                        "reasons",
                        when(col("rank").gt(keep), array(lit(StageReason.BELOW_ROUND_ROBIN.code())))
                                .otherwise(col("reasons")));
    }

    /** Round, order of the source, and rank there: structs are compared column by column. */
    private Column place(Column source) {
        List<String> names = new ArrayList<>(quotas.keySet());
        Column place = place(source, 1, names.size());
        for (int order = names.size() - 1; order >= 0; order--) {
            String name = names.get(order);
            place = when(source.getField("source").equalTo(name), place(source, quotas.get(name), order))
                    .otherwise(place);
        }
        return place;
    }

    private static Column place(Column source, int quota, int order) {
        Column rank = source.getField("rank");
        return struct(
                ceil(rank.divide(quota)).as("round"),
                lit(order).as("order"),
                rank.as("rank"),
                source.getField("source").as("source"));
    }
}
