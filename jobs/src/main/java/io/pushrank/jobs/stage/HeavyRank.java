package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.HeavyRankConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.publish.Placement;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.Precision;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import io.pushrank.udf.scoring.ScoringTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** 4. How likely each is to be opened and engaged with: features hydrated, then the heavy ranker on the executors. */
public record HeavyRank() implements Stage {
    private static final long MILLION = 1_000_000;

    @Override
    public String verb() {
        return "heavy-rank";
    }

    @Override
    public String summary() {
        return "4. How likely each is to be opened and engaged with, by the heavy ranker.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(Table.LIGHT_RANKED);
    }

    @Override
    public Set<Reference> references(Vocabulary vocabulary, Models models) {
        ModelChoice choice = vocabulary.modelChoice();
        Set<Reference> references = choice.references();
        choice.models(models).values().forEach(model -> references.addAll(Hydration.references(FeatureList.of(model))));
        return references;
    }

    @Override
    public List<RankerVersion> models(RankingConfig config) {
        return config.heavyRank().models().versions().stream()
                .map(version -> new RankerVersion(ModelKind.HEAVY, version))
                .toList();
    }

    @Override
    public void requireModels(Vocabulary vocabulary, Models models) {
        vocabulary.modelChoice().requireVersions(models);
    }

    @Override
    public Table writes() {
        return Table.HEAVY_RANKED;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.of(Table.LIGHT_RANKED);
    }

    @Override
    public Dataset<Row> judge(StageContext context) {
        HeavyRankConfig config = context.config().heavyRank();
        ModelChoice choice = context.vocabulary().modelChoice();
        Map<String, ModelPackage> models = choice.models(context.models());
        Dataset<Row> published = context.read(Table.LIGHT_RANKED);
        Dataset<Row> hydrated = Hydration.heavy(context, choice.ofRows(context, published), published, models);
        Dataset<Row> rows = placed(context, hydrated, models.size() > 1);
        Column share = lit(config.featuresShare());
        Column isKept = pmod(xxhash64(lit(context.config().seed()), col("user_id")), lit(MILLION))
                .lt(share.multiply(MILLION));
        TensorFlowThreads threads = new TensorFlowThreads(config.intraOpThreads(), -1);
        models.forEach((version, model) -> context.note(
                "heavy_rank.precision" + (models.size() == 1 ? "" : "." + version),
                precisionOf(model, threads, config.precision())));
        ScoringTime time = ScoringTime.of(context.relations().spark());
        context.noteOnceWritten("heavy_rank.time", time::summary);
        return HeavyScoring.score(
                        rows,
                        "features",
                        ModelChoice.VERSION,
                        models,
                        config.batchRows(),
                        threads,
                        config.precision(),
                        time)
                .withColumn("features_probability", share)
                .withColumn("features", when(isKept, col("features")))
                .withColumn(
                        "rank",
                        row_number()
                                .over(Window.partitionBy("user_id")
                                        .orderBy(
                                                col("score").desc(),
                                                col("light_rank").asc(),
                                                col("item_type").asc(),
                                                col("item_id").asc())))
                .withColumn("reasons", array().cast("array<string>"));
    }

    /**
     * Rows sorted within fixed partitions, so that each meets the same batch in every run; as hydration leaves them, unless
     * there were so many items or authors that their facts could not be brought to the rows.
     *
     * @param isByModel whether rows of one model are to lie together, since they share batches
     */
    private static Dataset<Row> placed(StageContext context, Dataset<Row> hydrated, boolean isByModel) {
        Dataset<Row> sorted = sorted(hydrated, isByModel);
        // Asked of the rows that are returned: their plan is made for that, and used again for scoring.
        if (Placement.isByUser(sorted, context.config().outputPartitions())) {
            return sorted;
        }
        Dataset<Row> moved = ByUser.sorted(context, hydrated);
        return isByModel ? sorted(moved, true) : moved;
    }

    private static Dataset<Row> sorted(Dataset<Row> rows, boolean isByModel) {
        return isByModel
                ? rows.sortWithinPartitions(ModelChoice.VERSION, "user_id", "item_type", "item_id")
                : rows.sortWithinPartitions("user_id", "item_type", "item_id");
    }

    /** What is calculated in and why; the driver speaks for executors of its own machine kind. */
    private static String precisionOf(ModelPackage model, TensorFlowThreads threads, Precision precision) {
        if (precision == Precision.FP32) {
            return "fp32: asked for";
        }
        if (precision == Precision.BF16 && !Precision.isBf16Native()) {
            throw PushrankException.usage(
                    "heavy_rank.precision must be fp32 or auto, but is bf16: " + Precision.missingFlags());
        }
        HeavyModel.Report report = HeavyModels.get(model, threads, precision).report();
        return report.precision().name().toLowerCase(Locale.ROOT) + ": " + report.reason();
    }
}
