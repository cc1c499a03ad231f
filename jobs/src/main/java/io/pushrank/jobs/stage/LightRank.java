package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.LightRankConfig;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.LightScore;
import io.pushrank.udf.scoring.LightScoring;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** 3. The candidates that the heavy ranker gets to see: where a user has too many items of a ranked type, the light ranker's best. */
public record LightRank() implements Stage {
    @Override
    public String verb() {
        return "light-rank";
    }

    @Override
    public String summary() {
        return "3. The light ranker's best candidates of each user.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(Table.CANDIDATES);
    }

    @Override
    public Set<Reference> references(Vocabulary vocabulary, Models models) {
        return models(vocabulary.config()).isEmpty()
                ? Set.of()
                : Hydration.references(models.features(ModelKind.LIGHT));
    }

    @Override
    public List<RankerVersion> models(RankingConfig config) {
        return config.lightRank().isRandom() ? List.of() : List.of(RankerVersion.inUse(ModelKind.LIGHT));
    }

    @Override
    public Table writes() {
        return Table.LIGHT_RANKED;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.of(Table.CANDIDATES);
    }

    @Override
    public Dataset<Row> judge(StageContext context) {
        LightRankConfig config = context.config().lightRank();
        int keep = config.keep();
        Column isRanked = col("item_type")
                .isin(context.vocabulary().facts().lightRankedTypes().toArray());
        Dataset<Row> candidates = ByUser.sorted(context, context.read(Table.CANDIDATES))
                .withColumn("ranked_count", count(when(isRanked, 1)).over(Window.partitionBy("user_id")));
        Column isContested = isRanked.and(col("ranked_count").gt(keep));
        return scored(context, candidates, isContested)
                .withColumn(
                        "light_rank",
                        row_number()
                                .over(Window.partitionBy("user_id")
                                        .orderBy(
                                                // What passes by the light ranker takes no ranked item's place.
                                                isRanked.desc(),
                                                col("light_score").desc_nulls_last(),
                                                config.isRandom()
                                                        ? draw(context.config().seed(), isContested)
                                                                .asc()
                                                        : lit(0).asc(),
                                                array_min(col("sources.rank")).asc(),
                                                col("item_type").asc(),
                                                col("item_id").asc())))
                .withColumn(
                        "reasons",
                        array_compact(array(when(
                                isContested.and(col("light_rank").gt(keep)),
                                lit(StageReason.BELOW_LIGHT_RANK.code())))));
    }

    /** Candidates with {@code light_score}, where the light ranker has to choose. */
    private static Dataset<Row> scored(StageContext context, Dataset<Row> candidates, Column isContested) {
        if (context.config().lightRank().isRandom()) {
            return candidates.withColumn(LightScore.NAME, lit(null).cast("float"));
        }
        ModelPackage model = context.models().get(ModelKind.LIGHT);
        Dataset<Row> hydrated =
                Hydration.light(context, candidates, context.read(Table.CANDIDATES), model, isContested);
        return LightScoring.score(hydrated, "features", model, TensorFlowThreads.DEFAULT);
    }

    /** A number of its own for each user and item, the same in every run; the same for all who lose nothing. */
    private static Column draw(long seed, Column isContested) {
        return when(isContested, xxhash64(lit(seed), col("user_id"), col("item_type"), col("item_id")));
    }
}
