package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.evaluate.LightEvaluation.Recall;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.Jackknife;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Puts a version in use when it beats the one in use on the same examples, none of which either was made with.
 *
 * <p>Heavy rankers are compared by the PR-AUC of OONC, which their training maximizes too; light rankers by the share of
 * the heavy ranker's best 10 that they keep at {@code light_rank.keep} of those with more candidates, since that is all
 * that the daily run asks of them and, unlike a cross-entropy, it is fair to versions that learned from different label
 * kinds. Both are held against chance by the same {@link Jackknife} over users.
 */
public final class Promotion {
    private static final int BEST = 10;

    private final SparkSession spark;
    private final Layout layout;
    private final RankingConfig config;
    private final Configuration hadoop;

    public Promotion(SparkSession spark, Layout layout, RankingConfig config) {
        this.spark = spark;
        this.layout = layout;
        this.config = config;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
    }

    /**
     * Both figures and what they decide.
     *
     * @param gain 95 % interval of challenger − champion; NaN where nothing tells what is chance
     */
    record Decision(String objective, double champion, double challenger, double margin, Bootstrap.Interval gain) {
        /** The challenger is better by the margin, relative to the champion, and not by chance. */
        boolean isPromoted() {
            return challenger > champion && challenger >= champion * (1 + margin) && gain.low() > 0;
        }
    }

    /**
     * Compares, and moves the champion when the challenger wins.
     *
     * @param margin least relative gain, at least 0
     * @param isWeighted whether each row counts by its weight in the figure of heavy rankers; that of light ones is of whole
     *     requests, whose rows have no weights
     * @return whether the version is in use now
     * @throws PushrankException with exit code 2 when the versions cannot be compared on these examples, 3 when there are
     *     none, or they tell nothing: none is positive, or all are; no user has more candidates than are kept
     */
    public boolean promote(ModelKind kind, String version, double margin, boolean isWeighted, ExampleRange range) {
        Bounds.ofOptions(() -> Bounds.within("--margin", margin, 0, 10));
        ModelPackage champion = ExampleRange.model(spark, layout, kind, null);
        ModelPackage challenger = ExampleRange.model(spark, layout, kind, version);
        if (champion.version().equals(version)) {
            throw PushrankException.usage("--model-version must be another version than the one in use, but is "
                    + version + ", which " + layout.models() + "/" + kind.folder() + "/champion names");
        }
        ExampleTable table = new ExampleTable(spark, layout);
        requireSameFeatures(champion, challenger);
        ExampleRange.requireSame(
                kind == ModelKind.HEAVY ? table.features() : table.features().light(), champion);
        Dataset<Row> examples = range.read(table);
        List<String> notes = new ArrayList<>();
        for (ModelPackage model : List.of(champion, challenger)) {
            requireUnseen(examples, model, notes);
        }
        Decision decision = kind == ModelKind.HEAVY
                ? heavy(examples, range.resolved(examples), champion, challenger, margin, isWeighted)
                : light(range.resolved(examples), champion, challenger, margin);
        publish(range.resolved(examples), kind, champion, challenger, decision, notes);
        if (decision.isPromoted()) {
            ModelPackage.crown(layout.models(), kind, version, hadoop);
        }
        return decision.isPromoted();
    }

    private static void requireSameFeatures(ModelPackage champion, ModelPackage challenger) {
        if (!FeatureList.of(champion).equals(FeatureList.of(challenger))) {
            throw PushrankException.usage("versions " + champion.version() + " and " + challenger.version() + " in "
                    + champion.directory() + " and " + challenger.directory()
                    + " take different features, and examples hold one list only: evaluate each on examples of its own"
                    + " list, or warm-start the one in use to the new list and compare with that");
        }
    }

    /** Examples that a model was made with would flatter it. */
    private static void requireUnseen(Dataset<Row> examples, ModelPackage model, List<String> notes) {
        Optional<TrainedOn> trained = TrainedOn.of(model);
        if (trained.isEmpty()) {
            notes.add("model " + model.directory() + " does not say what examples it was made with");
        } else {
            trained.get().requireBefore(ExampleRange.firstInstant(examples), model);
        }
    }

    private Decision heavy(
            Dataset<Row> examples,
            ExampleRange range,
            ModelPackage champion,
            ModelPackage challenger,
            double margin,
            boolean isWeighted) {
        Dataset<Row> first = scored(examples, champion).withColumnRenamed("p_oonc", "champion");
        Dataset<Row> both =
                scored(first.drop("p_engagement", "score"), challenger).withColumnRenamed("p_oonc", "challenger");
        Dataset<Row> rows = both.select(
                        ExampleTable.opened().cast("int").as("label"),
                        Jackknife.part().as("part"),
                        col("weight"),
                        explode(array(variant("champion"), variant("challenger")))
                                .as("one"))
                .select(
                        col("label"),
                        col("part"),
                        col("weight"),
                        col("one.name").as("variant"),
                        col("one.p").as("p"));
        Map<String, PredictionHistogram> histograms = isWeighted
                ? PredictionHistogram.weighted(rows, PredictionHistogram.THRESHOLD, "variant", "part")
                : PredictionHistogram.of(rows, "variant", "part");
        PredictionHistogram all = PredictionHistogram.merged(parts(histograms).stream()
                .map(part -> histograms.get("champion/" + part))
                .toList());
        if (Double.isNaN(all.prAuc())) {
            throw PushrankException.input((all.ctr() > 0 ? "all" : "none") + " of the " + all.rows() + " examples "
                    + range.described() + " is positive: PR-AUC needs both classes, name another range");
        }
        return compared(isWeighted ? "weighted pr_auc of oonc" : "pr_auc of oonc", histograms, margin);
    }

    private Dataset<Row> scored(Dataset<Row> rows, ModelPackage model) {
        return HeavyScoring.score(rows, "features", model, config.heavyRank().batchRows(), TensorFlowThreads.DEFAULT);
    }

    private static Column variant(String name) {
        return struct(lit(name).as("name"), col(name).cast("double").as("p"));
    }

    private static List<String> parts(Map<String, PredictionHistogram> histograms) {
        return histograms.keySet().stream()
                .filter(key -> key.startsWith("champion/"))
                .map(key -> key.substring("champion/".length()))
                .sorted()
                .toList();
    }

    /** Both figures without the same users, hence a paired difference. */
    static Decision compared(String objective, Map<String, PredictionHistogram> histograms, double margin) {
        List<String> parts = parts(histograms);
        double champion = prAuc(histograms, "champion", parts, null);
        double challenger = prAuc(histograms, "challenger", parts, null);
        double[] gains = parts.stream()
                .mapToDouble(part ->
                        prAuc(histograms, "challenger", parts, part) - prAuc(histograms, "champion", parts, part))
                .toArray();
        return new Decision(objective, champion, challenger, margin, Jackknife.interval(challenger - champion, gains));
    }

    private static double prAuc(
            Map<String, PredictionHistogram> histograms, String variant, List<String> parts, String without) {
        return PredictionHistogram.merged(parts.stream()
                        .filter(part -> !part.equals(without))
                        .map(part -> histograms.get(variant + "/" + part))
                        .toList())
                .prAuc();
    }

    private Decision light(ExampleRange range, ModelPackage champion, ModelPackage challenger, double margin) {
        int kept = Math.max(1, config.lightRank().keep());
        LightEvaluation evaluation = new LightEvaluation(spark, layout, config);
        Map<String, Recall> before = evaluation.recalls(range, champion, kept, BEST);
        if (before.isEmpty()) {
            throw PushrankException.input("no user and instant of the examples " + range.described()
                    + " has more candidates than light_rank.keep=" + kept
                    + ", with a heavy score above 0 among them: every light ranker keeps the best, name another range");
        }
        return compared(before, evaluation.recalls(range, challenger, kept, BEST), kept, margin);
    }

    /** As {@link #compared(String, Map, double)}, of light rankers: both ranked the same requests. */
    static Decision compared(Map<String, Recall> champion, Map<String, Recall> challenger, int kept, double margin) {
        double before = recall(champion, null);
        double after = recall(challenger, null);
        double[] gains = champion.keySet().stream()
                .mapToDouble(part -> recall(challenger, part) - recall(champion, part))
                .toArray();
        return new Decision(
                "recall@(" + kept + "," + BEST + ")", before, after, margin, Jackknife.interval(after - before, gains));
    }

    private static double recall(Map<String, Recall> parts, String without) {
        double sum = 0;
        long requests = 0;
        for (Map.Entry<String, Recall> part : parts.entrySet()) {
            if (!part.getKey().equals(without)) {
                sum += part.getValue().sum();
                requests += part.getValue().requests();
            }
        }
        return sum / requests;
    }

    private void publish(
            ExampleRange range,
            ModelKind kind,
            ModelPackage champion,
            ModelPackage challenger,
            Decision decision,
            List<String> notes) {
        String file = challenger.directory() + "-evaluations/promotion-" + range.name() + ".json";
        new Storage(hadoop)
                .write(
                        file,
                        new Metrics()
                                .put("kind", kind.folder())
                                .put("objective", decision.objective())
                                .put("champion", champion.version())
                                .put("challenger", challenger.version())
                                .put("champion_value", decision.champion())
                                .put("challenger_value", decision.challenger())
                                .put("margin", decision.margin())
                                .put("gain_low", decision.gain().low())
                                .put("gain_high", decision.gain().high())
                                .put("promoted", decision.isPromoted())
                                .put("labels", range.labels().toString())
                                .put("from", range.from().toString())
                                .put("to", range.to().toString())
                                .toJson());
        System.out.print(new TextTable("version", decision.objective())
                .row(List.of(champion.version() + " (in use)", TextTable.figure(decision.champion())))
                .row(List.of(challenger.version(), TextTable.figure(decision.challenger())))
                .row(List.of(
                        "gain",
                        TextTable.figure(
                                decision.challenger() - decision.champion(),
                                decision.gain().low(),
                                decision.gain().high()))));
        notes.forEach(note -> System.out.println("Note: " + note));
        System.out.printf(
                Locale.ROOT,
                decision.isPromoted()
                        ? "%s/%s is in use now: better by at least %.4g of the champion's%n"
                        : "%s/%s is not promoted: it must be better by at least %.4g of the champion's,"
                                + " and not by chance%n",
                kind.folder(),
                challenger.version(),
                decision.margin());
        System.out.println("written to " + file);
    }
}
