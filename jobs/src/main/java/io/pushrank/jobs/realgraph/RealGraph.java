package io.pushrank.jobs.realgraph;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.config.RankingConfig.RealGraphConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * The real graph: how likely each account acts on each other one within a day, by trees that learned it from what lay between
 * two accounts before. To act is to like, repost, answer, quote or click a post of the other, or to visit its profile.
 *
 * <p>A model is a folder {@code real_graph/<version>} with the strongest ties of each account ({@link Table#TIE_STRENGTHS}) as
 * of the instant of its training, the trees and how good they are; see {@link ModelTables}.
 */
public final class RealGraph {
    static final String TREES = "trees.json";
    static final String METRICS = "metrics.json";

    private final SparkSession spark;
    private final Layout layout;
    private final Facts facts;

    public RealGraph(SparkSession spark, Layout layout, Facts facts) {
        this.spark = spark;
        this.layout = layout;
        this.facts = facts;
    }

    /** What {@code metrics.json} holds. */
    private record Training(
            String featuresAsOf,
            String strengthsAsOf,
            long pairs,
            long pairsThatActed,
            TieMetrics heldOut,
            Map<String, Double> importances,
            RealGraphConfig settings) {}

    /**
     * Learns from the pairs as of the day before and what they did until the date's as-of instant, says how good that is, writes
     * the ties as of the date's as-of instant and puts them in use. Nothing from that instant on is read.
     *
     * @param listener gets lines of text
     * @return ties written
     * @throws PushrankException with exit code 2 when the version exists or a feature is no fact of a pair, 3 when there is
     *     nothing to learn from
     */
    public long train(LocalDate date, String version, Consumer<String> listener) {
        ModelTables models = new ModelTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
        models.requireNew(Table.TIE_STRENGTHS, version);
        PairFeatures features = PairFeatures.of(facts);
        RealGraphConfig settings = facts.config().realGraph();
        try (Relations now = relations(date);
                Relations before = relations(date.minusDays(1))) {
            LabeledPairs pairs = LabeledPairs.of(features, before, now);
            listener.accept("%,d pairs to learn from as of %s, of which %,d acted by %s"
                    .formatted(
                            pairs.learned().all(),
                            before.asOf(),
                            pairs.learned().acted(),
                            now.asOf()));
            // One partition in one order: mllib adds up partitions as they finish.
            Dataset<Row> sample = before.keep(features.join(before, pairs.sample(before, settings.maximumPairs()))
                    .repartition(1)
                    .sortWithinPartitions(PairFeatures.USER, PairFeatures.AUTHOR));
            TieModel model = TieModel.learn(
                    sample.filter(col(LabeledPairs.HELD_OUT).equalTo(false)),
                    pairs.learned().acted(),
                    pairs.learned().others(),
                    settings,
                    facts.config().seed());
            TieMetrics metrics = TieMetrics.of(
                    model.predict(sample.filter(LabeledPairs.HELD_OUT)),
                    pairs.learned().rate());
            metrics.text().lines().forEach(listener);
            models.write(
                    Table.TIE_STRENGTHS,
                    version,
                    strongest(model.predict(features.join(now, features.pairs(now))), settings.keep()),
                    Map.of(
                            TREES,
                            model.toJson(features.references()),
                            METRICS,
                            Json.text(new Training(
                                    before.asOf().toString(),
                                    now.asOf().toString(),
                                    pairs.learned().all(),
                                    pairs.learned().acted(),
                                    metrics,
                                    model.importances(features.references()),
                                    settings))));
            return now.read(Table.TIE_STRENGTHS).count();
        }
    }

    private Dataset<Row> strongest(Dataset<Row> predicted, int keep) {
        WindowSpec ofUser =
                Window.partitionBy("user_id").orderBy(col(TieModel.PROBABILITY).desc(), col("other_id"));
        return predicted
                .select(
                        col(PairFeatures.USER).as("user_id"),
                        col(PairFeatures.AUTHOR).as("other_id"),
                        col(TieModel.PROBABILITY))
                .withColumn("place", row_number().over(ofUser))
                .filter(col("place").leq(keep))
                .repartition(facts.config().outputPartitions(), col("user_id"))
                .sortWithinPartitions("user_id", "place");
    }

    private Relations relations(LocalDate date) {
        Set<Table> readable = Table.inputs().collect(Collectors.toCollection(() -> EnumSet.noneOf(Table.class)));
        readable.addAll(Set.of(Table.SENDS, Table.TIE_STRENGTHS));
        return Relations.of(spark, layout, facts, date, facts.config().asOf(date), Findings.none(), readable);
    }
}
