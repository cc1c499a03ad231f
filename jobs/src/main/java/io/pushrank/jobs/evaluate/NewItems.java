package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What eligible users acted on after an as-of instant, among items that were new to them. An item is a post that is known at
 * that instant and not too old for the rule {@code too_old}; it is new to a user who has not seen it, not acted on it, and
 * not written it.
 */
final class NewItems {
    /** Folder of the queries. */
    static final String RANKINGS = "rankings";

    private static final String[] PAIR = {"user_id", "item_id"};

    private static final String[] USER = {"user_id"};

    private NewItems() {}

    /** The eligible users of the date. */
    static Dataset<Row> eligible(StageContext context) {
        return context.read(Table.TARGETS).filter(col("is_eligible")).select("user_id");
    }

    /** So many of some users, by the seed; all of them where there are no more. */
    static Dataset<Row> sampled(StageContext context, Dataset<Row> users, int maxUsers) {
        return users.orderBy(xxhash64(lit(context.config().seed()), col("user_id")), col("user_id"))
                .limit(maxUsers);
    }

    /** Says of which tables the window's last day is missing, so that what came later does not count. */
    static List<String> notes(StageContext context, Instant until, Table... tables) {
        return Stream.of(tables)
                .filter(table -> !context.relations().inputs().hasLabels(table, until))
                .map(table ->
                        "table " + table.tableName() + " has no partition of the window's last day (the window ends at "
                                + until + "): what came later does not count")
                .toList();
    }

    /**
     * Names {@code ranked_items}, all items; {@code met_items}, which of them are not new to a user; {@code relevant}, which
     * new ones a user acted on in the window.
     *
     * @param eligible {@code user_id} of those who count
     * @param until end of the window that begins at the as-of instant
     */
    static void name(StageContext context, Dataset<Row> eligible, Instant until) {
        Relations relations = context.relations();
        Map<String, Object> age = FreshPosts.maxAges(context.vocabulary());
        Dataset<Row> items = relations.keep(relations.query(RANKINGS, "items", age));
        relations.with("ranked_items", items);
        Dataset<Row> met = relations.keep(relations.query(RANKINGS, "met", Map.of()));
        relations.with("met_items", met);
        relations.with(
                "relevant",
                relations.keep(Policies.actions(relations, until)
                        .join(items.select("item_id"), new String[] {"item_id"}, "left_semi")
                        .join(met, PAIR, "left_anti")
                        .join(eligible, USER, "left_semi")));
    }

    /**
     * Names {@code audience}, the users with a relevant item, each with {@code met}, how many items are not new to it;
     * {@code relevant} keeps theirs alone.
     *
     * @param maxUsers a sample of so many, by the seed, where more users acted
     * @return how many relevant items each user has
     */
    static Map<Long, Integer> audience(StageContext context, int maxUsers) {
        Relations relations = context.relations();
        Dataset<Row> all = relations.spark().table("relevant");
        Dataset<Row> users = sampled(context, all.select("user_id").distinct(), maxUsers);
        Dataset<Row> relevant = relations.keep(all.join(users, USER, "left_semi"));
        relations.with("relevant", relevant);
        Dataset<Row> byUser = relevant.groupBy("user_id").agg(count(lit(1)).as("relevant"));
        Dataset<Row> met = relations
                .spark()
                .table("met_items")
                .groupBy("user_id")
                .agg(count(lit(1)).as("met"));
        relations.with(
                "audience",
                relations.keep(byUser.join(met, USER, "left_outer")
                        .select(col("user_id"), coalesce(col("met"), lit(0L)).as("met"))));
        Map<Long, Integer> counts = new TreeMap<>();
        byUser.collectAsList().forEach(row -> counts.put(row.getLong(0), (int) row.getLong(1)));
        return counts;
    }
}
