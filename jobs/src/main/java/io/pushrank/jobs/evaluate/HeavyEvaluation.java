package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.not;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.importance.FeatureImportance;
import io.pushrank.jobs.importance.ImportanceReport;
import io.pushrank.jobs.importance.ImportanceSettings;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.stage.ModelChoice;
import io.pushrank.jobs.stage.Models;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.TruthOf;
import io.pushrank.jobs.world.World;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds a heavy ranker against what followed: its metrics and, in a synthetic world, those of the truth itself, which no
 * ranker can beat, and of what of it can be foreseen at the as-of instant: when in the hours after it a push is sent is not
 * known then.
 */
public final class HeavyEvaluation {
    private static final String[] KEY = {"as_of", "user_id", "item_type", "item_id"};

    private final SparkSession spark;
    private final Layout layout;
    private final RankingConfig config;

    public HeavyEvaluation(SparkSession spark, Layout layout, RankingConfig config) {
        // A session of its own, so that its view meets no others.
        this.spark = PinnedSettings.newSession(spark);
        this.layout = layout;
        this.config = config;
    }

    /**
     * What is measured.
     *
     * @param threshold from which on a prediction says positive, in (0, 1)
     * @param importance how the importance of features is measured; null: it is not
     * @param uses what else is made of the scored rows
     */
    public record Settings(double threshold, ImportanceSettings importance, List<ScoredRows> uses) {
        public Settings {
            uses = List.copyOf(uses);
        }

        /** Metrics alone. */
        public static final Settings DEFAULT = new Settings(PredictionHistogram.THRESHOLD, null, List.of());
    }

    /** As {@link #evaluate(ExampleRange, String, Settings, Consumer)}, with {@link Settings#DEFAULT}. */
    public Evaluation evaluate(ExampleRange range, String version) {
        return evaluate(range, version, Settings.DEFAULT, progress -> {});
    }

    /**
     * Scores the examples of a range and compares.
     *
     * @param version of the model; null: the one in use
     * @param progress gets a line now and then
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when model and examples differ in features, 3 when
     *     there are no examples
     */
    public Evaluation evaluate(ExampleRange range, String version, Settings settings, Consumer<String> progress) {
        ExampleTable table = new ExampleTable(spark, layout);
        ModelPackage model = ExampleRange.model(spark, layout, ModelKind.HEAVY, version);
        ExampleRange.requireSame(table.features(), model);
        Dataset<Row> examples = range.read(table).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            return evaluate(range.resolved(examples), model, examples, settings, progress);
        } finally {
            examples.unpersist();
        }
    }

    /**
     * As {@link #evaluate(ExampleRange, String, Settings, Consumer)}, each version that {@code heavy_rank.models} names on the
     * examples of the recipients whom it scores, and one table of all.
     *
     * @throws io.pushrank.jobs.exit.PushrankException also with exit code 2 when a condition cannot be calculated
     */
    public Evaluation evaluateByModel(
            ExampleRange range, Vocabulary vocabulary, Settings settings, Consumer<String> progress) {
        ExampleTable table = new ExampleTable(spark, layout);
        ModelChoice choice = vocabulary.modelChoice();
        Models opened = new Models(spark, layout);
        Map<String, ModelPackage> models = choice.models(opened);
        models.values().forEach(model -> ExampleRange.requireSame(table.features(), model));
        Dataset<Row> examples =
                Segments.mark(spark, layout, vocabulary, range.read(table)).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            ExampleRange resolved = range.resolved(examples);
            Metrics byModel = new Metrics();
            TextTable text = table();
            Set<String> notes = new LinkedHashSet<>();
            for (ModelPackage model : models.values()) {
                Dataset<Row> own = examples.filter(col(ModelChoice.VERSION).equalTo(model.version()))
                        .drop(ModelChoice.VERSION);
                if (own.isEmpty()) {
                    notes.add("no example is of a recipient whom " + model.version() + " scores");
                    byModel.put(model.version(), new Metrics().put("rows", 0L));
                } else {
                    Evaluation evaluation = evaluate(resolved, model, own, settings, progress);
                    byModel.put(model.version(), evaluation.metrics());
                    addTasks(text, model.version() + ": ", evaluation.metrics());
                    notes.addAll(evaluation.notes());
                }
            }
            Metrics metrics = new Metrics()
                    .put("by_model", byModel)
                    .put("labels", range.labels().toString())
                    .put("from", resolved.from().toString())
                    .put("to", resolved.to().toString());
            return new Evaluation(
                    resolved.withSuffix("-by-model").file(choice.fallback(opened)),
                    metrics,
                    text.toString(),
                    List.copyOf(notes));
        } finally {
            examples.unpersist();
        }
    }

    /** @param range with every end known */
    private Evaluation evaluate(
            ExampleRange range,
            ModelPackage model,
            Dataset<Row> examples,
            Settings settings,
            Consumer<String> progress) {
        List<String> notes = range.notes(examples);
        range.noteOverlap(examples, model, notes);
        Dataset<Row> scored = withTruth(
                        HeavyScoring.scoreWithRaw(
                                        examples,
                                        "features",
                                        model,
                                        config.heavyRank().batchRows(),
                                        TensorFlowThreads.DEFAULT)
                                .drop("features", "light_features", "sparse_counts"),
                        notes)
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            for (ScoredRows use : settings.uses()) {
                use.take(range, model, scored);
            }
            Metrics losses = settings.importance() == null
                    ? null
                    : FeatureImportance.of(
                            examples,
                            model,
                            settings.importance(),
                            config.heavyRank().batchRows(),
                            config.seed(),
                            progress,
                            notes);
            TaskMetrics tasks = TaskMetrics.of(scored, settings.threshold());
            return evaluation(range, model, scored, tasks, settings.threshold(), losses, notes);
        } finally {
            scored.unpersist();
        }
    }

    /**
     * The true probabilities of the send that the example is about, and what of them can be foreseen at the as-of instant,
     * where a synthetic world tells them.
     */
    private Dataset<Row> withTruth(Dataset<Row> scored, List<String> notes) {
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        String directory = layout.input() + "/" + Table.ORACLE.tableName();
        if (!storage.exists(directory)) {
            notes.add("no oracle: there is no folder " + directory);
            return unknown(unknown(scored, "true_"), "foreseen_");
        }
        Dataset<Row> oracle = spark.read().schema(Table.ORACLE.schema()).parquet(directory);
        Dataset<Row> told = besideTruth(scored, oracle, config.examples().window());
        if (!World.isWorld(storage, layout.input())) {
            return unknown(told, "foreseen_");
        }
        // Of the same rows as the truth, so that the two can be compared.
        Column isTold = col("true_oonc").isNotNull();
        return unknown(told.filter(not(isTold)), "foreseen_")
                .unionByName(new TruthOf(spark, layout.input())
                        .foreseen(told.filter(isTold).withColumn("at", col("as_of")))
                        .drop("at"));
    }

    private static Dataset<Row> unknown(Dataset<Row> rows, String prefix) {
        return rows.withColumn(prefix + TaskMetrics.OONC, lit(null).cast("double"))
                .withColumn(prefix + TaskMetrics.ENGAGEMENT, lit(null).cast("double"));
    }

    /**
     * Adds {@code true_oonc} and {@code true_engagement}: those of the recipient's first send of the item in the window
     * that starts with the example's instant; NULL where there is none. The oracle tells of posts only.
     */
    static Dataset<Row> besideTruth(Dataset<Row> scored, Dataset<Row> oracle, Duration window) {
        Column start = col("as_of");
        Dataset<Row> sends = oracle.select(
                col("user_id"),
                lit(Table.POST).as("item_type"),
                col("item_id"),
                col("sent_at"),
                col("p_oonc").as("oracle_oonc"),
                col("p_engagement").as("oracle_engagement"));
        Dataset<Row> truth = scored.select(KEY[0], KEY[1], KEY[2], KEY[3])
                .join(sends, new String[] {"user_id", "item_type", "item_id"})
                .filter(col("sent_at").geq(start).and(col("sent_at").lt(start.plus(lit(window)))))
                .groupBy(KEY[0], KEY[1], KEY[2], KEY[3])
                .agg(
                        min_by(col("oracle_oonc"), col("sent_at")).as("true_oonc"),
                        min_by(col("oracle_engagement"), col("sent_at")).as("true_engagement"));
        return scored.join(truth, KEY, "left_outer");
    }

    /** Figures of each user's own ranking, averaged over users with a positive. */
    static Metrics byUser(Dataset<Row> scored) {
        scored.select(
                        col("user_id"),
                        col("as_of"),
                        col("item_type"),
                        col("item_id"),
                        col("p_oonc").as("p"),
                        ExampleTable.opened().cast("int").as("label"))
                .createOrReplaceTempView("scored");
        Row row = scored.sparkSession()
                .sql(Resources.text("evaluations/by_user.sql"))
                .head();
        Metrics metrics = new Metrics()
                .put("users", row.<Long>getAs("users"))
                .put("users_of_both_classes", row.<Long>getAs("users_of_both_classes"));
        for (String name : List.of("ndcg_5", "ndcg_10", "ndcg_20", "roc_auc", "roc_auc_by_rows")) {
            Double value = row.getAs(name);
            metrics.put(name, value == null ? Double.NaN : value);
        }
        return metrics;
    }

    private static Evaluation evaluation(
            ExampleRange range,
            ModelPackage model,
            Dataset<Row> scored,
            TaskMetrics tasks,
            double threshold,
            Metrics importance,
            List<String> notes) {
        Metrics metrics = tasks.metrics();
        long rows = (long) metrics.number("rows");
        PredictionHistogram oracle = tasks.histogram("all", TaskMetrics.OONC, "oracle");
        long known = oracle == null ? 0 : oracle.rows();
        if (known > 0 && known < rows) {
            notes.add("the oracle tells of " + known + " of the " + rows + " rows; its figures are of those");
        }
        if (model.calibration().isEmpty()) {
            notes.add("model " + model.directory() + " is uncalibrated");
        }
        metrics.put("by_user", byUser(scored))
                .put("oracle_rows", known)
                .put("threshold", threshold)
                .put("labels", range.labels().toString())
                .put("model", model.version())
                .put("from", range.from().toString())
                .put("to", range.to().toString());
        TextTable table = table();
        addTasks(table, "", metrics);
        if (metrics.group("new_users").number("rows") > 0) {
            addTasks(table, "new users: ", metrics.group("new_users"));
        }
        String text = table.toString();
        if (importance != null) {
            metrics.put("importance", importance);
            text += new ImportanceReport(importance).text();
        }
        return new Evaluation(
                range.file(model), metrics, text, notes, EvaluationPage.heavy(model, metrics, tasks, notes));
    }

    private static TextTable table() {
        return new TextTable(
                "task",
                "rows",
                "ROC-AUC",
                "oracle",
                "foreseen",
                "PR-AUC",
                "RCE %",
                "± s.e.",
                "NRCE %",
                "CTR",
                "predicted",
                "ECE");
    }

    private static void addTasks(TextTable table, String prefix, Metrics tasks) {
        for (String task : TaskMetrics.TASKS) {
            Metrics figures = tasks.group(task);
            table.row(cells(prefix + task, figures));
            if (isWeightTold(figures)) {
                table.row(cells(prefix + task + ", weighted", figures.group("weighted")));
            }
        }
    }

    /** Whether the weighted figures are others than those of the rows as they are. */
    static boolean isWeightTold(Metrics figures) {
        return figures.number("rows") > 0 && figures.group("weighted").number("weight") != figures.number("rows");
    }

    private static List<String> cells(String heading, Metrics figures) {
        List<String> cells = new ArrayList<>();
        cells.add(heading);
        cells.add(TextTable.count((long) figures.number("rows")));
        for (String name : TaskMetrics.SHORT_FIGURES) {
            cells.add(TextTable.figure(figures.number(name)));
        }
        return cells;
    }
}
