package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import io.pushrank.jobs.architecture.LightLabel;
import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.SentItems;
import io.pushrank.jobs.report.Jackknife;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.table.Layout;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import io.pushrank.udf.scoring.LightScore;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds the light ranker against the heavy ranker that it stands in for: of what the heavy ranker likes best, how much is
 * among the N candidates that the light ranker keeps; beside it, N candidates at random. And as predictions of each
 * {@link LightLabel} that it may have learned, of the rows as they are and with each row counting by its weight.
 *
 * <p>Candidates of equal score stand in the order of their item's type and number, in both rankings. Equal predictions are one
 * threshold of an area.
 */
public final class LightEvaluation {
    /** How many candidates the light ranker keeps. */
    static final List<Integer> KEPT = List.of(10, 50, 100, 200);
    /** How many of the heavy ranker's best count. */
    static final List<Integer> BEST = List.of(1, 3, 10, 20, 50);

    private static final List<String> POLICIES = List.of("light", "random");

    /** Figures of a label that a terminal shows, in this order, beside its rows. */
    private static final List<String> SHORT_FIGURES =
            List.of("roc_auc", "pr_auc", "rce", "rce_standard_error", "nrce", "ctr", "predicted_ctr", "ece");

    private final SparkSession spark;
    private final Layout layout;
    private final RankingConfig config;

    public LightEvaluation(SparkSession spark, Layout layout, RankingConfig config) {
        // A session of its own, so that its view and function meet no others.
        this.spark = PinnedSettings.newSession(spark);
        this.layout = layout;
        this.config = config;
    }

    /**
     * What is measured.
     *
     * @param minimumCandidates requests with fewer are left out
     * @param threshold from which on a prediction says positive, in (0, 1)
     * @param uses what else is made of the scored rows
     */
    public record Settings(int minimumCandidates, double threshold, List<ScoredRows> uses) {
        public Settings {
            uses = List.copyOf(uses);
        }
    }

    /**
     * Ranks the candidates of a range by both and compares.
     *
     * @param version of the light ranker; null: the one in use
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when models and examples differ in features, 3
     *     when there are no examples
     */
    public Evaluation evaluate(ExampleRange range, String version, Settings settings) {
        ExampleTable table = new ExampleTable(spark, layout);
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        ModelPackage heavy = ModelPackage.champion(layout.models(), ModelKind.HEAVY, hadoop);
        ModelPackage light = ExampleRange.model(spark, layout, ModelKind.LIGHT, version);
        ExampleRange.requireSame(table.features(), heavy);
        ExampleRange.requireSame(table.features().light(), light);
        Dataset<Row> examples = range.read(table);
        ExampleRange resolved = range.resolved(examples);
        List<String> notes = resolved.notes(examples);
        resolved.noteOverlap(examples, light, notes);
        Dataset<Row> scored = scored(examples, heavy, light, settings.minimumCandidates());
        try {
            for (ScoredRows use : settings.uses()) {
                use.take(resolved, light, predictions(scored));
            }
            SentItems sent = new SentItems(spark, layout);
            List<LocalDate> days = SentItems.days(scored);
            List<LocalDate> unknown = sent.missing(days);
            if (!unknown.isEmpty()) {
                notes.add("label sent: no sends are published of " + unknown + "; its figures are of the other days");
            }
            List<Row> measured = measure(scored, KEPT, BEST, config.seed()).collectAsList();
            Metrics metrics = metrics(measured)
                    .put("rows", scored.count())
                    .put("model", light.version())
                    .put("heavy_model", heavy.version())
                    .put("minimum_candidates", settings.minimumCandidates())
                    .put("threshold", settings.threshold())
                    .put("by_label", labels(sent.mark(scored, days), settings.threshold()))
                    .put("from", resolved.from().toString())
                    .put("to", resolved.to().toString());
            return new Evaluation(
                    resolved.file(light),
                    metrics,
                    table(metrics) + labelTable(metrics.group("by_label")),
                    notes,
                    EvaluationPage.light(light, metrics, notes));
        } finally {
            scored.unpersist();
        }
    }

    /**
     * Recalls of one part of the users, of the requests in which a ranking can lose anything.
     *
     * @param sum of the requests' recalls
     * @param requests with more than n candidates, one of which the heavy ranker gives a score above 0
     */
    record Recall(double sum, long requests) {}

    /** Shares of the heavy ranker's best k that a version has among its best n, by {@link Jackknife#part}. */
    Map<String, Recall> recalls(ExampleRange range, ModelPackage light, int n, int k) {
        ExampleTable table = new ExampleTable(spark, layout);
        ModelPackage heavy = ModelPackage.champion(
                layout.models(), ModelKind.HEAVY, spark.sparkContext().hadoopConfiguration());
        ExampleRange.requireSame(table.features(), heavy);
        Dataset<Row> scored = scored(range.read(table), heavy, light, n + 1);
        try {
            return recalls(scored, n, k);
        } finally {
            scored.unpersist();
        }
    }

    /**
     * As {@link #recalls(ExampleRange, ModelPackage, int, int)}.
     *
     * @param scored as_of, user_id, item_type, item_id, y (the heavy ranker's score) and p
     */
    static Map<String, Recall> recalls(Dataset<Row> scored, int n, int k) {
        Map<String, Recall> recalls = new TreeMap<>();
        scored.withColumn("best_place", place("y"))
                .withColumn("light_place", place("p"))
                .groupBy("as_of", "user_id")
                .agg(
                        count(lit(1)).as("candidates"),
                        max("y").as("best"),
                        count_if(col("best_place").leq(k).and(col("light_place").leq(n)))
                                .as("found"))
                .filter(col("candidates").gt(n).and(col("best").gt(0)))
                .groupBy(Jackknife.part().as("part"))
                // Decimals, so that sums do not depend on their order.
                .agg(
                        sum(col("found")
                                        .cast("double")
                                        .divide(least(col("candidates"), lit((long) k)))
                                        .cast("decimal(18,12)"))
                                .cast("double"),
                        count(lit(1)))
                .collectAsList()
                .forEach(row -> recalls.put(row.getString(0), new Recall(row.getDouble(1), row.getLong(2))));
        return recalls;
    }

    private static Column place(String score) {
        return row_number()
                .over(Window.partitionBy("as_of", "user_id")
                        .orderBy(
                                col(score).desc(),
                                col("item_type").asc(),
                                col("item_id").asc()));
    }

    private Dataset<Row> scored(Dataset<Row> examples, ModelPackage heavy, ModelPackage light, int minimumCandidates) {
        LightScore.register(spark, light, TensorFlowThreads.DEFAULT);
        return HeavyScoring.score(
                        examples, "features", heavy, config.heavyRank().batchRows(), TensorFlowThreads.DEFAULT)
                .select(
                        col("as_of"),
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        col("weight"),
                        col("score").cast("double").as("y"),
                        LightScore.of(col("light_features")).as("p"))
                .withColumn("candidates", count(lit(1)).over(Window.partitionBy("as_of", "user_id")))
                .filter(col("candidates").geq(minimumCandidates))
                .drop("candidates")
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    /** Rows of LIGHT_PREDICTIONS. */
    static Dataset<Row> predictions(Dataset<Row> scored) {
        return scored.withColumn("heavy_rank", place("y"))
                .withColumn("light_rank", place("p"))
                .withColumnRenamed("y", "heavy_score")
                .withColumnRenamed("p", "light_score");
    }

    /**
     * Figures of the predictions against each kind of label, by its name in the params, over the rows of which it is known.
     *
     * @param scored as_of, user_id, item_type, item_id, weight, y (the heavy ranker's score), p and is_sent
     */
    static Metrics labels(Dataset<Row> scored, double threshold) {
        Column position = col("place").minus(lit(1));
        Column[] labels = Arrays.stream(LightLabel.values())
                .map(label -> struct(
                        lit(name(label)).as("kind"),
                        label.of(col("y"), position, col(SentItems.COLUMN))
                                .cast("double")
                                .as("label")))
                .toArray(Column[]::new);
        Dataset<Row> rows = scored.withColumn("place", place("y"))
                .select(
                        col("p").cast("double").as("p"),
                        col("weight"),
                        explode(array(labels)).as("one"))
                .select(col("p"), col("weight"), col("one.kind"), col("one.label"))
                .filter(col("label").isNotNull());
        Map<String, PredictionHistogram> histograms = PredictionHistogram.of(rows, threshold, "kind");
        Map<String, PredictionHistogram> weighted =
                ExampleRange.isSample(scored) ? PredictionHistogram.weighted(rows, threshold, "kind") : histograms;
        Metrics metrics = new Metrics();
        for (LightLabel label : LightLabel.values()) {
            String name = name(label);
            if (histograms.containsKey(name)) {
                metrics.put(
                        name,
                        histograms
                                .get(name)
                                .figures()
                                .put("weighted", weighted.get(name).figures()));
            }
        }
        return metrics;
    }

    private static String name(LightLabel label) {
        return label.name().toLowerCase(Locale.ROOT);
    }

    private static String labelTable(Metrics labels) {
        TextTable table = new TextTable(
                "label", "rows", "ROC-AUC", "PR-AUC", "RCE %", "± s.e.", "NRCE %", "mean", "predicted", "ECE");
        for (String label : labels.names()) {
            Metrics figures = labels.group(label);
            addLabel(table, label, figures);
            if (HeavyEvaluation.isWeightTold(figures)) {
                addLabel(table, label + ", weighted", figures.group("weighted"));
            }
        }
        return table.toString();
    }

    private static void addLabel(TextTable table, String heading, Metrics figures) {
        List<String> cells = new ArrayList<>(List.of(heading, TextTable.count((long) figures.number("rows"))));
        SHORT_FIGURES.forEach(name -> cells.add(TextTable.figure(figures.number(name))));
        table.row(cells);
    }

    /**
     * Group metrics, averaged over requests, of the ranking by {@code p} and of a random one.
     *
     * @param scored as_of, user_id, item_type, item_id, y (the heavy ranker's score) and p
     * @param kept the N
     * @param best the K
     * @return policy (light or random), n, k, recall, cgr, score_loss, requests, and pruned_requests: those with more than
     *     n candidates, the only ones in which a ranking can lose anything
     */
    static Dataset<Row> measure(Dataset<Row> scored, List<Integer> kept, List<Integer> best, long seed) {
        scored.createOrReplaceTempView("scored");
        return scored.sparkSession()
                .sql(
                        Resources.text("evaluations/light_ranking.sql"),
                        Map.of(
                                "n", kept.toArray(Integer[]::new),
                                "k", best.toArray(Integer[]::new),
                                "seed", seed));
    }

    static Metrics metrics(List<Row> measured) {
        Metrics metrics = new Metrics();
        for (String policy : POLICIES) {
            Metrics ofPolicy = new Metrics();
            for (int n : KEPT) {
                Metrics recall = new Metrics();
                Metrics gain = new Metrics();
                Metrics ofSize = new Metrics().put("recall", recall).put("cgr", gain);
                for (Row row : measured) {
                    if (row.getAs("policy").equals(policy) && row.<Integer>getAs("n") == n) {
                        String k = "k_" + row.getAs("k");
                        recall.put(k, figure(row, "recall"));
                        gain.put(k, figure(row, "cgr"));
                        ofSize.put("score_loss", figure(row, "score_loss"))
                                .put("pruned_requests", row.<Long>getAs("pruned_requests"));
                        metrics.put("requests", row.<Long>getAs("requests"));
                    }
                }
                ofPolicy.put("n_" + n, ofSize);
            }
            metrics.put(policy, ofPolicy);
        }
        return metrics;
    }

    /** One row a ranking and N. */
    private static String table(Metrics metrics) {
        List<String> headings = new ArrayList<>(List.of("ranking", "N"));
        BEST.forEach(k -> headings.add("recall@" + k));
        BEST.forEach(k -> headings.add("CGR@" + k));
        headings.add("score loss");
        headings.add("requests > N");
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (String policy : POLICIES) {
            for (int n : KEPT) {
                Metrics ofSize = metrics.group(policy).group("n_" + n);
                List<String> cells = new ArrayList<>(List.of(policy, TextTable.count(n)));
                for (String name : List.of("recall", "cgr")) {
                    BEST.forEach(
                            k -> cells.add(TextTable.figure(ofSize.group(name).number("k_" + k))));
                }
                cells.add(TextTable.figure(ofSize.number("score_loss")));
                cells.add(TextTable.count((long) ofSize.number("pruned_requests")) + " of "
                        + TextTable.count((long) metrics.number("requests")));
                table.row(cells);
            }
        }
        return table.toString();
    }

    private static double figure(Row row, String name) {
        Double value = row.getAs(name);
        return value == null ? Double.NaN : value;
    }
}
