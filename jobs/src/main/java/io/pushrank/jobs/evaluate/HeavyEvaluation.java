package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds the heavy ranker in use against what followed: its metrics, those of a logistic regression on the same features,
 * and, in a synthetic world, those of the truth itself, which no ranker can beat.
 */
public final class HeavyEvaluation {
    private static final String[] KEY = {"as_of", "user_id", "item_id"};

    private final SparkSession spark;
    private final Layout layout;
    private final RankingConfig config;

    public HeavyEvaluation(SparkSession spark, Layout layout, RankingConfig config) {
        this.spark = spark;
        this.layout = layout;
        this.config = config;
    }

    /**
     * Scores the examples of a range and compares.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when model and examples differ in features, 3 when
     *     there are no examples
     */
    public Evaluation evaluate(ExampleRange range) {
        ExampleTable table = new ExampleTable(spark, layout);
        ModelPackage model = ModelPackage.champion(
                layout.models(), ModelKind.HEAVY, spark.sparkContext().hadoopConfiguration());
        ExampleRange.requireSame(table.features(), model);
        Dataset<Row> examples = range.read(table).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            ExampleRange resolved = range.resolved(examples);
            List<String> notes = resolved.notes(examples);
            Dataset<Row> predicted = withLogistic(table, resolved, examples, notes);
            Dataset<Row> scored = HeavyScoring.score(
                            predicted, "features", model, config.heavyRank().batchRows(), TensorFlowThreads.DEFAULT)
                    .drop("features", "light_features");
            List<ScoredExample> rows =
                    withTruth(scored, notes).orderBy("as_of", "user_id", "item_id").collectAsList().stream()
                            .map(ScoredExample::of)
                            .toList();
            return evaluation(resolved, model, rows, notes);
        } finally {
            examples.unpersist();
        }
    }

    /** The logistic regression learns from all examples before the range, and from none within it. */
    private Dataset<Row> withLogistic(
            ExampleTable table, ExampleRange range, Dataset<Row> examples, List<String> notes) {
        Timestamp start =
                Timestamp.from(range.from().atStartOfDay(ZoneOffset.UTC).toInstant());
        Dataset<Row> earlier = ExampleTable.before(table.read(range.labels(), null, range.to()), start)
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            if (earlier.filter(col("label_oonc").equalTo(1)).isEmpty()) {
                notes.add("no logistic regression: there are no examples labels=" + range.labels() + " before "
                        + range.from() + " that it could learn from");
                return examples.withColumn("logistic", lit(null).cast("double"));
            }
            return new LogisticBaseline(earlier, table.features().heavyShape()).predict(examples);
        } finally {
            earlier.unpersist();
        }
    }

    /** The true probabilities of the send that the example is about, where a synthetic world tells them. */
    private Dataset<Row> withTruth(Dataset<Row> scored, List<String> notes) {
        String directory = layout.input() + "/" + Table.ORACLE.tableName();
        if (!new Storage(spark.sparkContext().hadoopConfiguration()).exists(directory)) {
            notes.add("no oracle: there is no folder " + directory);
            return scored.withColumn("true_oonc", lit(null).cast("double"))
                    .withColumn("true_engagement", lit(null).cast("double"));
        }
        Dataset<Row> oracle = spark.read().schema(Table.ORACLE.schema()).parquet(directory);
        return besideTruth(scored, oracle, config.examples().window());
    }

    /**
     * Adds {@code true_oonc} and {@code true_engagement}: those of the recipient's first send of the item in the window
     * that starts with the example's instant; NULL where there is none.
     */
    static Dataset<Row> besideTruth(Dataset<Row> scored, Dataset<Row> oracle, Duration window) {
        Column start = col("as_of");
        Dataset<Row> sends = oracle.select(
                col("user_id"),
                col("item_id"),
                col("sent_at"),
                col("p_oonc").as("oracle_oonc"),
                col("p_engagement").as("oracle_engagement"));
        Dataset<Row> truth = scored.select(KEY[0], KEY[1], KEY[2])
                .join(sends, new String[] {"user_id", "item_id"})
                .filter(col("sent_at").geq(start).and(col("sent_at").lt(start.plus(lit(window)))))
                .groupBy(KEY[0], KEY[1], KEY[2])
                .agg(
                        min_by(col("oracle_oonc"), col("sent_at")).as("true_oonc"),
                        min_by(col("oracle_engagement"), col("sent_at")).as("true_engagement"));
        return scored.join(truth, KEY, "left_outer");
    }

    private static Evaluation evaluation(
            ExampleRange range, ModelPackage model, List<ScoredExample> rows, List<String> notes) {
        List<ScoredExample> newUsers =
                rows.stream().filter(ScoredExample::isNewUser).toList();
        long known =
                rows.stream().filter(row -> Double.isFinite(row.trueOonc())).count();
        if (known > 0 && known < rows.size()) {
            notes.add("the oracle tells of " + known + " of the " + rows.size() + " rows; its figures are of those");
        }
        Metrics metrics = TaskMetrics.of(rows)
                .put("new_users", TaskMetrics.of(newUsers))
                .put("oracle_rows", known)
                .put("labels", range.labels())
                .put("model", model.version())
                .put("from", range.from().toString())
                .put("to", range.to().toString());
        TextTable table = new TextTable(
                "task", "rows", "ROC-AUC", "oracle", "logistic", "PR-AUC", "RCE %", "CTR", "predicted", "ECE");
        for (String task : TaskMetrics.TASKS) {
            table.row(cells(task, metrics, task));
        }
        if (!newUsers.isEmpty()) {
            for (String task : TaskMetrics.TASKS) {
                table.row(cells(task, metrics.group("new_users"), "new users: " + task));
            }
        }
        return new Evaluation(range.file(model), metrics, table.toString(), notes);
    }

    private static List<String> cells(String task, Metrics tasks, String heading) {
        List<String> cells = new ArrayList<>();
        cells.add(heading);
        Metrics metrics = tasks.group(task);
        cells.add(TextTable.count((long) metrics.number("rows")));
        for (String name : List.of(
                "roc_auc", "oracle_roc_auc", "logistic_roc_auc", "pr_auc", "rce", "ctr", "predicted_ctr", "ece")) {
            cells.add(TextTable.figure(metrics.number(name)));
        }
        return cells;
    }
}
