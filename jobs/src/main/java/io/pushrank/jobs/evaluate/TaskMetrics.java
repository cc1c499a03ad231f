package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_union;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.metric.ConditionalProbability;
import io.pushrank.jobs.report.Metrics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The heavy ranker's tasks over scored examples: of all, of new users, by source and by the user's state. Every figure exists
 * twice: of the rows as they are, and with each row counting by its weight.
 */
final class TaskMetrics {
    static final String OONC = "oonc";
    /** Opened and engaged with, over all rows. */
    static final String ENGAGEMENT = "engagement";
    /** Engaged with, over the rows that were opened. */
    static final String ENGAGEMENT_CONDITIONAL = "engagement_conditional";

    static final List<String> TASKS = List.of(OONC, ENGAGEMENT, ENGAGEMENT_CONDITIONAL);
    /** Figures of a task that a terminal shows, in this order, beside its rows. */
    static final List<String> SHORT_FIGURES = List.of(
            "roc_auc",
            "oracle_roc_auc",
            "foreseen_roc_auc",
            "pr_auc",
            "rce",
            "rce_standard_error",
            "nrce",
            "ctr",
            "predicted_ctr",
            "ece");
    /** All figures of a task, in the order in which they are shown, beside its rows. */
    static final List<String> FIGURES = Stream.concat(
                    PredictionHistogram.FIGURES.stream(), Stream.of("oracle_roc_auc", "foreseen_roc_auc"))
            .toList();

    static final int BINS = PredictionHistogram.BINS;
    /** What the truth tells at the as-of instant, while the moment of the send is not known. */
    private static final String FORESEEN = "foreseen";

    private final Map<String, PredictionHistogram> histograms;
    private final Map<String, PredictionHistogram> weighted;

    private TaskMetrics(Map<String, PredictionHistogram> histograms, Map<String, PredictionHistogram> weighted) {
        this.histograms = histograms;
        this.weighted = weighted;
    }

    /**
     * Sums up scored examples. A dislike takes both positives of its row away.
     *
     * @param scored the three labels, weight, is_new_user, sources, user_state, p_oonc, p_engagement, raw_p_oonc,
     *     raw_p_engagement, and, NULL where they are not known, true_oonc, true_engagement, foreseen_oonc and
     *     foreseen_engagement
     * @param threshold from which on a prediction says positive
     */
    static TaskMetrics of(Dataset<Row> scored, double threshold) {
        Column opened = ExampleTable.opened().cast("int");
        Column engaged = ExampleTable.engaged().cast("int");
        Column ifOpened = when(ExampleTable.opened(), engaged);
        Column predictions = array(
                prediction(OONC, "model", col("p_oonc"), opened),
                prediction(OONC, "raw", col("raw_p_oonc"), opened),
                prediction(OONC, "oracle", col("true_oonc"), opened),
                prediction(OONC, FORESEEN, col("foreseen_oonc"), opened),
                prediction(ENGAGEMENT, "model", col("p_engagement"), engaged),
                prediction(ENGAGEMENT, "raw", col("raw_p_engagement"), engaged),
                prediction(ENGAGEMENT, "oracle", col("true_engagement"), engaged),
                prediction(ENGAGEMENT, FORESEEN, col("foreseen_engagement"), engaged),
                prediction(ENGAGEMENT_CONDITIONAL, "model", conditional("p_engagement", "p_oonc"), ifOpened),
                prediction(ENGAGEMENT_CONDITIONAL, "raw", conditional("raw_p_engagement", "raw_p_oonc"), ifOpened),
                prediction(ENGAGEMENT_CONDITIONAL, "oracle", conditional("true_engagement", "true_oonc"), ifOpened),
                prediction(
                        ENGAGEMENT_CONDITIONAL,
                        FORESEEN,
                        conditional("foreseen_engagement", "foreseen_oonc"),
                        ifOpened));
        Column groups = array_union(
                array(
                        lit("all"),
                        when(col("is_new_user"), lit("new_users")).otherwise(lit("all")),
                        concat(lit("by_user_state:"), col("user_state"))),
                transform(col("sources"), source -> concat(lit("by_source:"), source)));
        Dataset<Row> rows = scored.select(explode(groups).as("group"), predictions.as("predictions"), col("weight"))
                .filter(col("group").isNotNull())
                .select(col("group"), explode(col("predictions")).as("one"), col("weight"))
                .select(
                        col("group"),
                        col("one.task"),
                        col("one.variant"),
                        col("one.p"),
                        col("one.label"),
                        col("weight"))
                .filter(col("p").isNotNull().and(col("label").isNotNull()));
        String[] keys = {"group", "task", "variant"};
        Map<String, PredictionHistogram> histograms = PredictionHistogram.of(rows, threshold, keys);
        return new TaskMetrics(
                histograms,
                ExampleRange.isSample(scored) ? PredictionHistogram.weighted(rows, threshold, keys) : histograms);
    }

    private static Column prediction(String task, String variant, Column p, Column label) {
        return struct(
                lit(task).as("task"),
                lit(variant).as("variant"),
                p.cast("double").as("p"),
                label.as("label"));
    }

    private static Column conditional(String joint, String condition) {
        return ConditionalProbability.of(col(joint), col(condition));
    }

    /** Null where there is nothing. */
    PredictionHistogram histogram(String group, String task, String variant) {
        return histograms.get(key(group, task, variant));
    }

    private static String key(String group, String task, String variant) {
        return group + "/" + task + "/" + variant;
    }

    /** Metrics of every task of all rows, of {@code new_users}, {@code by_source} and {@code by_user_state}. */
    Metrics metrics() {
        Metrics metrics = tasks("all").put("new_users", tasks("new_users"));
        for (String kind : List.of("by_source", "by_user_state")) {
            Metrics ofKind = new Metrics();
            histograms.keySet().stream()
                    .filter(key -> key.startsWith(kind + ":"))
                    .map(key -> key.substring(0, key.indexOf('/')))
                    .distinct()
                    .sorted()
                    .forEach(group -> ofKind.put(group.substring(kind.length() + 1), tasks(group)));
            metrics.put(kind, ofKind);
        }
        return metrics;
    }

    private Metrics tasks(String group) {
        Metrics metrics = new Metrics();
        for (String task : TASKS) {
            Metrics figures = task(histograms, group, task);
            if (figures.number("rows") > 0) {
                figures.put("weighted", task(weighted, group, task));
            }
            metrics.put(task, figures);
        }
        return metrics.put("rows", rows(histogram(group, OONC, "model")));
    }

    private static Metrics task(Map<String, PredictionHistogram> histograms, String group, String task) {
        PredictionHistogram model = histograms.get(key(group, task, "model"));
        if (model == null) {
            return new Metrics().put("rows", 0L);
        }
        PredictionHistogram raw = histograms.get(key(group, task, "raw"));
        return model.figures()
                .put("oracle_roc_auc", rocAuc(histograms.get(key(group, task, "oracle"))))
                .put("foreseen_roc_auc", rocAuc(histograms.get(key(group, task, FORESEEN))))
                .put(
                        "before_calibration",
                        new Metrics()
                                .put("roc_auc", raw.rocAuc())
                                .put("pr_auc", raw.prAuc())
                                .put("rce", raw.relativeCrossEntropy())
                                .put("predicted_ctr", raw.predictedCtr())
                                .put("ece", raw.expectedCalibrationError(BINS)));
    }

    private static long rows(PredictionHistogram histogram) {
        return histogram == null ? 0 : histogram.rows();
    }

    private static double rocAuc(PredictionHistogram histogram) {
        return histogram == null ? Double.NaN : histogram.rocAuc();
    }
}
