package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Who sends which posts to whom, and what users did afterwards, as rows of user_id and item_id. */
final class Policies {
    static final String PUSHRANK = "pushrank";
    /** Each a file in {@code baselines/}: from inputs as of the instant, as many items to the same users. */
    static final List<String> BASELINES = List.of("most_popular", "most_recent_by_followees");

    static final List<String> ALL =
            Stream.concat(Stream.of(PUSHRANK), BASELINES.stream()).toList();
    private static final String[] ACTIONS = {"click", "like", "repost", "reply", "quote"};
    private static final Map<String, Object> PARAMETERS = Map.of("max_age_hours", 24);

    private final Relations relations;

    /**
     * @param relations of the date's as-of instant; they may read SENDS and the inputs
     */
    Policies(Relations relations) {
        this.relations = relations;
        Dataset<Row> recipients =
                sent().groupBy("user_id").agg(count(lit(1)).cast("int").as("sends"));
        relations.with("recipients", recipients);
    }

    /** Who got how many: user_id and sends. */
    Dataset<Row> recipients() {
        return relations.spark().table("recipients");
    }

    /** Everything that each policy sends: policy, user_id, item_id. */
    Dataset<Row> sends() {
        Dataset<Row> all = named(PUSHRANK, sent());
        for (String baseline : BASELINES) {
            all = all.union(named(baseline, relations.query("baselines", baseline, PARAMETERS)));
        }
        return all;
    }

    /** What users acted on in the window after the as-of instant, their own items left out. */
    Dataset<Row> actions(Instant until) {
        return actions(relations, until);
    }

    /** What users acted on in the window after the as-of instant of some relations, their own items left out. */
    static Dataset<Row> actions(Relations relations, Instant until) {
        return relations
                .inputs()
                .labels(Table.ENGAGEMENTS, relations.asOf(), until)
                .filter(col("kind").isin((Object[]) ACTIONS).and(col("user_id").notEqual(col("author_id"))))
                .filter(col("post_id").isNotNull())
                .select(col("user_id"), col("post_id").as("item_id"))
                .distinct();
    }

    /** The actions among those that could have been foreseen: fresh, and the user's network is in it. */
    Dataset<Row> reachable(Dataset<Row> actions) {
        return relations.with("actions", actions).query("evaluations", "reachable", PARAMETERS);
    }

    private Dataset<Row> sent() {
        return relations
                .read(Table.SENDS)
                .filter(col("item_type").equalTo(Table.POST))
                .select("user_id", "item_id");
    }

    private static Dataset<Row> named(String policy, Dataset<Row> sends) {
        return sends.select(lit(policy).as("policy"), col("user_id"), col("item_id"));
    }
}
