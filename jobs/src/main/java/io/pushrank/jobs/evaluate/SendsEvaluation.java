package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.World;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds the published sends of a date against what their recipients did in the 24 h after the as-of instant, beside
 * baselines that send as many items to the same users.
 */
public final class SendsEvaluation {
    static final int RESAMPLES = 1000;
    private static final Duration WINDOW = Duration.ofHours(24);
    private static final String TRUTH = "mean_true_p_oonc";
    private static final String DIFFERENCE = "pushrank_precision_difference";
    private static final String BEST = "best_candidates";

    private final SparkSession spark;
    private final Layout layout;
    private final Facts facts;
    private final RankingConfig config;

    public SendsEvaluation(SparkSession spark, Layout layout, Facts facts) {
        this.spark = spark;
        this.layout = layout;
        this.facts = facts;
        this.config = facts.config();
    }

    /**
     * Compares the sends of a date.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 3 when the date has no published sends
     */
    public Evaluation evaluate(LocalDate date) {
        Instant asOf = config.asOf(date);
        Instant until = asOf.plus(WINDOW);
        Set<Table> readable =
                Set.of(Table.USERS, Table.POSTS, Table.FOLLOWS, Table.ENGAGEMENTS, Table.SENDS, Table.HEAVY_RANKED);
        try (Relations relations = Relations.of(spark, layout, facts, date, asOf, Findings.none(), readable)) {
            Policies policies = new Policies(relations);
            Dataset<Row> sends = policies.sends().persist(StorageLevel.MEMORY_AND_DISK());
            Dataset<Row> actions = policies.actions(until).persist(StorageLevel.MEMORY_AND_DISK());
            Outcomes outcomes = new Outcomes(Policies.ALL);
            int[][] users = outcomes.users(sends, actions, policies.reachable(actions));
            List<String> notes = new ArrayList<>();
            boolean isComplete = relations.inputs().hasLabels(Table.ENGAGEMENTS, until);
            if (!isComplete) {
                notes.add("engagements end before the window does, at " + until + ": what came later is missed");
            }
            Metrics metrics = metrics(outcomes, users, truth(relations, policies, sends, asOf))
                    .put("date", date.toString())
                    .put("from", asOf.toString())
                    .put("to", until.toString())
                    .put("is_window_complete", isComplete);
            sends.unpersist();
            actions.unpersist();
            return new Evaluation(
                    layout.output() + "/evaluations/" + Layout.day(date) + "/" + Evaluation.FILE,
                    metrics,
                    table(metrics),
                    notes);
        }
    }

    /** Mean true probabilities by policy, and of the best candidates; none outside synthetic worlds. */
    private Map<String, Double> truth(Relations relations, Policies policies, Dataset<Row> sends, Instant asOf) {
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        if (!World.isWorld(storage, layout.input())) {
            return Map.of();
        }
        SendTruth truth = new SendTruth(relations.spark(), layout.input(), asOf);
        Map<String, Double> means = new HashMap<>(truth.ofPolicies(sends));
        if (relations.has(Table.HEAVY_RANKED)) {
            Dataset<Row> candidates = relations
                    .read(Table.HEAVY_RANKED)
                    .filter(col("item_type").equalTo(Table.POST))
                    .select("user_id", "item_id");
            means.put(BEST, truth.ofBest(candidates, policies.recipients()));
        }
        return means;
    }

    private Metrics metrics(Outcomes outcomes, int[][] users, Map<String, Double> truth) {
        Bootstrap bootstrap = new Bootstrap(users, outcomes.columns(), RESAMPLES, config.seed());
        long[] sums = bootstrap.sums();
        Metrics metrics = new Metrics();
        for (String policy : Policies.ALL) {
            Metrics own =
                    new Metrics().put("sends", outcomes.sends(policy, sums)).put("hits", outcomes.hits(policy, sums));
            bootstrap.put(own, "precision", outcomes.precision(policy));
            bootstrap.put(own, "recall", outcomes.recall(policy));
            own.put("reachable_hits", outcomes.reachableHits(policy, sums))
                    .put(TRUTH, truth.getOrDefault(policy, Double.NaN));
            metrics.put(policy, own);
        }
        for (String baseline : Policies.BASELINES) {
            bootstrap.put(
                    metrics.group(baseline),
                    DIFFERENCE,
                    each -> outcomes.precision(Policies.PUSHRANK).applyAsDouble(each)
                            - outcomes.precision(baseline).applyAsDouble(each));
        }
        return metrics.put(BEST, new Metrics().put(TRUTH, truth.getOrDefault(BEST, Double.NaN)))
                .put("reachable", outcomes.reachable(sums))
                .put("users", users.length)
                .put("resamples", RESAMPLES)
                .put("seed", config.seed());
    }

    private static String table(Metrics metrics) {
        TextTable table = new TextTable(
                "policy",
                "sends",
                "hits",
                "precision [95 %]",
                "recall of reachable [95 %]",
                "reachable hits",
                "pushrank's precision over it [95 %]",
                "mean true P(OONC)");
        for (String policy : Policies.ALL) {
            Metrics own = metrics.group(policy);
            table.row(List.of(
                    policy,
                    TextTable.count((long) own.number("sends")),
                    TextTable.count((long) own.number("hits")),
                    TextTable.figure(own, "precision"),
                    TextTable.figure(own, "recall"),
                    TextTable.count((long) own.number("reachable_hits")) + " of "
                            + TextTable.count((long) metrics.number("reachable")),
                    TextTable.figure(own, DIFFERENCE),
                    TextTable.figure(own.number(TRUTH))));
        }
        double best = metrics.group(BEST).number(TRUTH);
        if (Double.isFinite(best)) {
            table.row(List.of("best candidates", "", "", "", "", "", "", TextTable.figure(best)));
        }
        return table.toString();
    }
}
