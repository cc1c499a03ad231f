package io.pushrank.jobs.bench;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Every heavy ranker of the pool, and gradient-boosted trees, trained and held against the same examples: verbs {@code
 * train} and {@code evaluate}, and one table of what they found.
 */
final class ModelComparison {
    /** Where the params of the first of the pool are; the others' are in {@code bench/params/NAME.yaml}. */
    private static final String CLEMNET_PARAMS = "conf/models/small-heavy.yaml";

    private static final String CLEMNET = "clemnet";
    /** The pool; the first one trained is in use from then on. */
    private static final List<String> MODELS = List.of(CLEMNET, "masknet", "dcn", "logistic");

    private static final String TREES_NAME = "gradient_boosted_trees";
    private static final String OONC = "oonc";
    private static final int TREES = 60;
    private static final int DEPTH = 5;

    private final BenchContext context;
    private final Layout layout;
    private final List<String> options;
    private final ExampleLabels labels;
    private final LocalDate lastTrainingDay;
    private final LocalDate firstTestDay;
    private final Storage storage;

    /**
     * @param options of the verbs: input, output, models and settings
     * @param labels kind of the examples' labels
     * @param lastTrainingDay examples after it are not learned from
     * @param firstTestDay examples from it on are held against
     */
    ModelComparison(
            BenchContext context,
            Layout layout,
            List<String> options,
            ExampleLabels labels,
            LocalDate lastTrainingDay,
            LocalDate firstTestDay) {
        this.context = context;
        this.layout = layout;
        this.options = options;
        this.labels = labels;
        this.lastTrainingDay = lastTrainingDay;
        this.firstTestDay = firstTestDay;
        this.storage = new Storage(context.spark().sparkContext().hadoopConfiguration());
    }

    /** Trains what is not trained yet, and evaluates all. */
    Metrics measure() {
        Metrics models = new Metrics();
        for (String model : MODELS) {
            models.put(model, pooled(model));
        }
        models.put(TREES_NAME, trees());
        return models.put("comparison", comparison(models));
    }

    /** One line a model, printed too: how near it comes to the truth, where that is known, in P(opened). */
    private Metrics comparison(Metrics models) {
        Metrics comparison = new Metrics();
        TextTable table = new TextTable(
                "P(opened)",
                "rows",
                "ROC-AUC",
                "of the oracle's lift",
                "of the lift foreseen",
                "PR-AUC",
                "RCE %",
                "ECE / CTR");
        Metrics known = models.group(MODELS.get(0)).group(OONC);
        double oracle = known.number("oracle_roc_auc");
        double foreseen = known.number("foreseen_roc_auc");
        for (String model :
                Stream.concat(MODELS.stream(), Stream.of(TREES_NAME)).toList()) {
            Metrics oonc = models.group(model).group(OONC);
            double lift = lift(oonc.number("roc_auc"), oracle);
            double liftForeseen = lift(oonc.number("roc_auc"), foreseen);
            double error = oonc.number("ece") / oonc.number("ctr");
            table.row(List.of(
                    model,
                    TextTable.count((long) oonc.number("rows")),
                    TextTable.figure(oonc.number("roc_auc")),
                    TextTable.figure(lift),
                    TextTable.figure(liftForeseen),
                    TextTable.figure(oonc.number("pr_auc")),
                    TextTable.figure(oonc.number("rce")),
                    TextTable.figure(error)));
            comparison.put(
                    model,
                    new Metrics()
                            .put("roc_auc", oonc.number("roc_auc"))
                            .put("share_of_oracle_lift", lift)
                            .put("share_of_foreseen_lift", liftForeseen)
                            .put("ece_over_ctr", error));
        }
        context.out().print(table);
        return comparison;
    }

    /** 0.5 is what no model at all has. */
    private static double lift(double rocAuc, double best) {
        return (rocAuc - 0.5) / (best - 0.5);
    }

    /** The evaluation of one model of the pool. */
    private Metrics pooled(String model) {
        String directory = layout.models() + "/heavy/" + model;
        if (storage.exists(directory)) {
            context.out().println(directory + " stays from an earlier run");
        } else {
            String params = context.directory() + "/params/" + model + ".yaml";
            storage.write(
                    params, Resources.text(model.equals(CLEMNET) ? CLEMNET_PARAMS : "bench/params/" + model + ".yaml"));
            context.verb(
                    options,
                    "train",
                    "heavy",
                    "--model-version",
                    model,
                    "--params",
                    params,
                    "--labels",
                    labels.toString(),
                    "--to",
                    lastTrainingDay.toString());
        }
        context.verb(
                options,
                "evaluate",
                "heavy",
                "--model-version",
                model,
                "--labels",
                labels.toString(),
                "--from",
                firstTestDay.toString(),
                "--name",
                "bench");
        return Metrics.parse(storage.read(directory + "-evaluations/bench/metrics.json"));
    }

    /** The trees learn on all training rows; there is nothing to stop early. */
    private Metrics trees() {
        ExampleTable table = new ExampleTable(context.spark(), layout);
        context.out().printf(Locale.ROOT, "gradient-boosted trees: %d of depth %d%n", TREES, DEPTH);
        Dataset<Row> predicted = new GradientBoostedTrees(TREES, DEPTH, 7)
                .predict(
                        table.read(labels, null, lastTrainingDay),
                        table.read(labels, firstTestDay, null),
                        table.features().heavyShape());
        List<Row> rows = predicted
                .select(
                        col(GradientBoostedTrees.PREDICTION),
                        ExampleTable.opened().cast("double"))
                .collectAsList();
        double[] predictions =
                rows.stream().mapToDouble(row -> row.getDouble(0)).toArray();
        double[] opened = rows.stream().mapToDouble(row -> row.getDouble(1)).toArray();
        return new Metrics()
                .put(
                        OONC,
                        new Metrics()
                                .put("rows", rows.size())
                                .put("roc_auc", BinaryMetrics.rocAuc(predictions, opened))
                                .put("pr_auc", BinaryMetrics.prAuc(predictions, opened))
                                .put("rce", BinaryMetrics.relativeCrossEntropy(predictions, opened)));
    }
}
