package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.train.TrainedOn;
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
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Puts a version in use when it beats the one in use on the same examples, none of which either was made with.
 *
 * <p>Heavy rankers are compared by the PR-AUC of OONC, which their training maximises too; light rankers by the share of
 * the heavy ranker's best 10 that they keep at {@code light_rank.keep}, since that is all that the daily run asks of them
 * and, unlike a cross-entropy, it is fair to versions that learned from different label kinds.
 */
public final class Promotion {
    /** Users are cut into this many parts; each figure is made anew without each part in turn. */
    private static final int PARTS = 32;

    /** 97.5th percentile of Student's t with 31 degrees of freedom. */
    private static final double T = 2.0395;

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
     * @param low lower end of the 95 % interval of challenger − champion; NaN where there is none
     * @param high upper end
     */
    record Decision(String objective, double champion, double challenger, double margin, double low, double high) {
        /** The challenger is better by the margin, relative to the champion, and not by chance. */
        boolean isPromoted() {
            return challenger > champion && challenger >= champion * (1 + margin) && !(low <= 0);
        }
    }

    /**
     * Compares, and moves the champion when the challenger wins.
     *
     * @param margin least relative gain, at least 0
     * @return whether the version is in use now
     * @throws PushrankException with exit code 2 when the versions cannot be compared on these examples, 3 when there are
     *     none
     */
    public boolean promote(ModelKind kind, String version, double margin, ExampleRange range) {
        if (!(margin >= 0 && margin <= 10)) {
            throw PushrankException.usage("--margin must be from 0 to 10, cannot be: " + margin);
        }
        ModelPackage champion = ExampleRange.model(spark, layout, kind, null);
        ModelPackage challenger = ExampleRange.model(spark, layout, kind, version);
        if (champion.version().equals(version)) {
            throw PushrankException.usage("--model-version must be another version than the one in use, cannot be: "
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
                ? heavy(examples, champion, challenger, margin)
                : light(range, champion, challenger, margin);
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
        } else if (!ExampleRange.firstInstant(examples).isAfter(trained.get().last())) {
            throw PushrankException.usage(
                    "--from must be after " + trained.get().last()
                            + ", the last instant of the examples that model " + model.directory()
                            + " was made with; the first instant chosen is " + ExampleRange.firstInstant(examples));
        }
    }

    private Decision heavy(Dataset<Row> examples, ModelPackage champion, ModelPackage challenger, double margin) {
        Column label = when(
                        col("label_oonc").equalTo(1).and(col("label_dislike").notEqual(1)), 1)
                .otherwise(0);
        Dataset<Row> first = scored(examples, champion).withColumnRenamed("p_oonc", "champion");
        Dataset<Row> both =
                scored(first.drop("p_engagement", "score"), challenger).withColumnRenamed("p_oonc", "challenger");
        Dataset<Row> rows = both.select(
                        label.as("label"),
                        pmod(xxhash64(lit("promotion"), col("user_id")), lit(PARTS))
                                .cast("string")
                                .as("part"),
                        explode(array(variant("champion"), variant("challenger")))
                                .as("one"))
                .select(
                        col("label"),
                        col("part"),
                        col("one.name").as("variant"),
                        col("one.p").as("p"));
        return compared(PredictionHistogram.of(rows, "variant", "part"), margin);
    }

    private Dataset<Row> scored(Dataset<Row> rows, ModelPackage model) {
        return HeavyScoring.score(rows, "features", model, config.heavyRank().batchRows(), TensorFlowThreads.DEFAULT);
    }

    private static Column variant(String name) {
        return struct(lit(name).as("name"), col(name).cast("double").as("p"));
    }

    /** Delete-a-group jackknife over parts of users: both figures without the same users, hence a paired difference. */
    static Decision compared(Map<String, PredictionHistogram> histograms, double margin) {
        List<String> parts = IntStream.range(0, PARTS)
                .mapToObj(Integer::toString)
                .filter(part -> histograms.containsKey("champion/" + part))
                .toList();
        double champion = prAuc(histograms, "champion", parts, null);
        double challenger = prAuc(histograms, "challenger", parts, null);
        double[] differences = parts.stream()
                .mapToDouble(part ->
                        prAuc(histograms, "challenger", parts, part) - prAuc(histograms, "champion", parts, part))
                .filter(Double::isFinite)
                .toArray();
        double error = Double.NaN;
        if (differences.length > 1) {
            double mean = IntStream.range(0, differences.length)
                            .mapToDouble(index -> differences[index])
                            .sum()
                    / differences.length;
            double squares = 0;
            for (double difference : differences) {
                squares += (difference - mean) * (difference - mean);
            }
            error = Math.sqrt(squares * (differences.length - 1) / differences.length);
        }
        double gain = challenger - champion;
        return new Decision("pr_auc of oonc", champion, challenger, margin, gain - T * error, gain + T * error);
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
        return new Decision(
                "recall@(" + kept + "," + BEST + ")",
                new LightEvaluation(spark, layout, config).recall(range, champion, kept, BEST),
                new LightEvaluation(spark, layout, config).recall(range, challenger, kept, BEST),
                margin,
                Double.NaN,
                Double.NaN);
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
                                .put("gain_low", decision.low())
                                .put("gain_high", decision.high())
                                .put("promoted", decision.isPromoted())
                                .put("labels", range.labels())
                                .put("from", range.from().toString())
                                .put("to", range.to().toString())
                                .toJson());
        System.out.print(new TextTable("version", decision.objective())
                .row(List.of(champion.version() + " (in use)", TextTable.figure(decision.champion())))
                .row(List.of(challenger.version(), TextTable.figure(decision.challenger())))
                .row(List.of(
                        "gain",
                        TextTable.figure(
                                decision.challenger() - decision.champion(), decision.low(), decision.high()))));
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
