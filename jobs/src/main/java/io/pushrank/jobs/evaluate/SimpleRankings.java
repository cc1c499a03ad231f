package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.collaborative.Factorization;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.retrieval.NearestItems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Simple rankings of the items of {@code ranked_items} for the users of {@code audience}, by what was known at the as-of
 * instant: what a ranker must be worth more than. Each but one is a file of {@code rankings/}.
 */
final class SimpleRankings {
    /** ALS of items: the one that is no SQL. */
    private static final String ITEM_ALS = "item_als";

    static final List<String> ALL =
            List.of("popular", "followees_latest", "followees_acted", "item_knn", "user_knn", ITEM_ALS, "random");

    /** Limits of what similarity is made of: latest items a user, latest users an item, neighbors a user. */
    private static final Map<String, Object> SIMILARITY = Map.of("acts", 500, "people", 1000, "neighbors", 50);

    private final Relations relations;
    private final int best;
    private final long items;

    /**
     * @param relations that have {@code ranked_items} and {@code audience}
     * @param best items a user, beside those that are not new to it
     */
    SimpleRankings(Relations relations, int best) {
        this.relations = relations;
        this.best = best;
        this.items = relations.spark().table("ranked_items").count();
        relations.with("evidence", relations.keep(relations.query(NewItems.RANKINGS, "evidence", SIMILARITY)));
    }

    /** Each with {@code user_id}, {@code item_id}, and {@code score}, the best highest; of items that are not new too. */
    Map<String, Dataset<Row>> rankings() {
        Map<String, Dataset<Row>> rankings = new LinkedHashMap<>();
        for (String name : ALL) {
            if (name.equals(ITEM_ALS)) {
                itemAls().ifPresent(ranking -> rankings.put(name, ranking));
            } else {
                rankings.put(name, relations.query(NewItems.RANKINGS, name, arguments()));
            }
        }
        return rankings;
    }

    private Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>(SIMILARITY);
        arguments.put("best", best);
        arguments.put("items", Math.max(1, items));
        arguments.put("seed", relations.config().seed());
        return arguments;
    }

    private Optional<Dataset<Row>> itemAls() {
        Dataset<Row> ratings =
                relations.spark().table("evidence").select(col("user_id"), col("item_id"), lit(1f).as("rating"));
        return Factorization.of(ratings, "user_id", "item_id", relations.config())
                .map(factors -> NearestItems.of(
                        relations
                                .spark()
                                .table("audience")
                                .join(factors.userFactors(), "user_id")
                                .select(
                                        col("user_id"),
                                        col("features"),
                                        col("met").plus(best).as("most")),
                        relations.spark().table("ranked_items").join(factors.itemFactors(), "item_id")));
    }
}
