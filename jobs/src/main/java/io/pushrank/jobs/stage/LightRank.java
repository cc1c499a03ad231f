package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Tables;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.LightScore;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** 3. The candidates that the heavy ranker gets to see: where a user has too many, the light ranker's best. */
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
        return Set.of(
                Table.CANDIDATES,
                Table.USERS,
                Table.DEVICES,
                Table.FOLLOWS,
                Table.RELATIONS,
                Table.TOPIC_FOLLOWS,
                Table.POSTS,
                Table.POST_TOPICS,
                Table.ENGAGEMENTS,
                Table.NOTIFICATIONS,
                Table.SENDS);
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
    public Dataset<Row> judge(Tables tables) {
        int keep = tables.config().lightRank().keep();
        ModelPackage model = tables.model(ModelKind.LIGHT);
        LightScore.register(tables.spark(), model, TensorFlowThreads.DEFAULT);
        Dataset<Row> candidates = tables.read(Table.CANDIDATES)
                .withColumn("candidate_count", count(lit(1)).over(Window.partitionBy("user_id")));
        Dataset<Row> few = candidates
                .filter(col("candidate_count").leq(keep))
                .withColumn("light_score", lit(null).cast("float"));
        FeatureList features = FeatureList.of(model);
        Dataset<Row> many = Hydration.light(
                        tables, candidates.filter(col("candidate_count").gt(keep)), features)
                .withColumn("light_score", LightScore.of(col("features")))
                .drop("features");
        return few.unionByName(many)
                .withColumn(
                        "light_rank",
                        row_number()
                                .over(Window.partitionBy("user_id")
                                        .orderBy(
                                                col("light_score").desc_nulls_last(),
                                                array_min(col("sources.rank")).asc(),
                                                col("item_type").asc(),
                                                col("item_id").asc())))
                .withColumn(
                        "reasons", array_compact(array(when(col("light_rank").gt(keep), lit("below_light_rank")))));
    }
}
