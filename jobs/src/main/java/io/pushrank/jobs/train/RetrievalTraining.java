package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.RankingConfig.RetrievalConfig;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.retrieval.TowerInput;
import io.pushrank.jobs.retrieval.TowerLearner;
import io.pushrank.jobs.retrieval.TowerLearner.Pair;
import io.pushrank.jobs.retrieval.TowerModel;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.TowerFeatures;
import io.pushrank.jobs.stage.TowerFeatures.Side;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trains the two towers of retrieval on who opened, or acted on, which posts of the examples. The features are calculated
 * anew, as of each example's instant: the towers' own list is short, and neither side's may know the other.
 */
public final class RetrievalTraining {
    private static final long MILLION = 1_000_000;
    private static final Reference AUTHOR = new Reference("item", "author_id");

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final TowerFeatures features;

    public RetrievalTraining(SparkSession spark, Layout layout, Vocabulary vocabulary, TowerFeatures features) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.features = features;
    }

    /**
     * Trains, writes the model and puts it in use.
     *
     * @param examples rows of EXAMPLES that have labels
     * @param holdout share of the as-of instants, the last ones, that are not learned from but decide when to stop
     * @throws PushrankException with exit code 2 when the version exists, 3 when there is nothing to learn from or to hold
     *     out
     */
    public void train(Dataset<Row> examples, double holdout, String version, TrainingProgress.Listener listener) {
        ModelTables models = new ModelTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
        models.requireNew(Table.FEATURE_EMBEDDINGS, version);
        RetrievalConfig settings = vocabulary.config().retrieval();
        Dataset<Row> rows = sampled(examples.filter(col("item_type").equalTo(Table.POST)), settings.maximumPairs());
        Timestamp heldOutFrom = ExampleTable.holdout(rows, holdout);
        List<TowerInput> users = new ArrayList<>();
        List<TowerInput> items = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        List<Pair> heldOut = new ArrayList<>();
        for (Row instant : rows.select("as_of").distinct().orderBy("as_of").collectAsList()) {
            Timestamp asOf = instant.getTimestamp(0);
            List<Pair> read = pairs(rows.filter(col("as_of").equalTo(lit(asOf))), asOf.toInstant(), users, items);
            listener.report(new TrainingProgress.Notice("%s: %,d pairs".formatted(asOf.toInstant(), read.size())));
            (asOf.before(heldOutFrom) ? pairs : heldOut).addAll(read);
        }
        requireBoth("to learn from", pairs);
        requireBoth("to hold out", heldOut);
        TowerModel learned = TowerLearner.learn(
                users,
                items,
                pairs,
                heldOut,
                new TowerLearner.Settings(
                        settings.factors(),
                        settings.epochs(),
                        settings.rate(),
                        settings.regularization(),
                        vocabulary.config().seed()),
                text -> listener.report(new TrainingProgress.Notice(text)));
        models.write(
                Table.FEATURE_EMBEDDINGS,
                version,
                spark.createDataFrame(learned.toRows(), Table.FEATURE_EMBEDDINGS.schema())
                        .coalesce(1),
                Map.of(ConfFolder.TOWERS, features.all().toYaml()));
    }

    private Dataset<Row> sampled(Dataset<Row> rows, int most) {
        long count = rows.count();
        return count <= most
                ? rows
                : rows.filter(pmod(
                                xxhash64(lit(vocabulary.config().seed()), col("user_id"), col("item_id"), col("as_of")),
                                lit(MILLION))
                        .lt(lit(MILLION * most / count)));
    }

    private static void requireBoth(String what, List<Pair> pairs) {
        long positives = pairs.stream().filter(Pair::isPositive).count();
        if (positives == 0 || positives == pairs.size()) {
            throw PushrankException.input("examples " + what + " must have positives and others, but of " + pairs.size()
                    + " " + positives + " are positive");
        }
    }

    /** The pairs of one instant, their sides' features put with the others'. */
    private List<Pair> pairs(Dataset<Row> examples, Instant asOf, List<TowerInput> users, List<TowerInput> items) {
        LocalDate day = LocalDate.ofInstant(asOf, ZoneOffset.UTC);
        try (StageContext context = StageContext.of(spark, layout, vocabulary, day, asOf, Findings.none())) {
            Dataset<Row> rows = context.relations()
                    .keep(context.relations()
                            .here(examples)
                            .select(
                                    col("user_id"),
                                    col("item_type"),
                                    col("item_id"),
                                    ExampleTable.opened().as("is_positive"),
                                    col("weight")));
            Map<Long, Integer> placesOfUsers =
                    places(features.inputs(context, rows.select("user_id").distinct(), Side.USER), users);
            Dataset<Row> itemsOfRows = context.relations()
                    .keep(context.facts(List.of(AUTHOR))
                            .join(rows.select("item_type", "item_id").distinct())
                            .select(
                                    col("item_type"),
                                    col("item_id"),
                                    col(AUTHOR.toString()).as("author_id")));
            Map<Long, Integer> placesOfItems = places(features.inputs(context, itemsOfRows, Side.ITEM), items);
            return rows.orderBy("user_id", "item_id").collectAsList().stream()
                    .map(row -> new Pair(
                            placesOfUsers.get(row.<Long>getAs("user_id")),
                            placesOfItems.get(row.<Long>getAs("item_id")),
                            row.<Boolean>getAs("is_positive"),
                            row.<Float>getAs("weight")))
                    .toList();
        }
    }

    /** Adds the inputs to those that are there, and says where each is. */
    private static Map<Long, Integer> places(Dataset<Row> inputs, List<TowerInput> all) {
        Map<Long, Integer> places = new HashMap<>();
        for (Row row : inputs.orderBy(inputs.columns()[0]).collectAsList()) {
            places.put(row.getLong(0), all.size());
            all.add(TowerInput.of(row, 1, 2));
        }
        return places;
    }
}
