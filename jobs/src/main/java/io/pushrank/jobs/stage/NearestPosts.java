package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.retrieval.Floats;
import io.pushrank.jobs.retrieval.NearestItems;
import io.pushrank.jobs.retrieval.TowerInput;
import io.pushrank.jobs.retrieval.TowerModel;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.model.ModelException;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The posts that are nearest to each target by the two towers of retrieval: the relation {@code nearest_posts} of sources.
 * Every target is compared with every post that may be shown to strangers and is no reply.
 */
final class NearestPosts {
    private static final Reference IS_REPLY = new Reference("post", "is_reply");
    private static final Reference IS_RECOMMENDABLE = new Reference("author", "is_recommendable");
    /** Facts that decide which posts there are to choose from. */
    static final Set<Reference> REFERENCES = Set.of(IS_REPLY, IS_RECOMMENDABLE);

    private NearestPosts() {}

    /** Whether a source reads them. */
    static boolean isReadBy(Source source) {
        return source.query().relations().contains(Facts.NEAREST_POSTS);
    }

    /**
     * Gives a source's query the posts, as many as its limit.
     *
     * @param targets {@code user_id}
     * @throws ModelException when the towers cannot be used
     */
    static void give(StageContext context, Source source, Dataset<Row> targets) {
        Relations relations = context.relations();
        if (relations.isRehearsal() && !context.models().hasTowers()) {
            relations.with(Facts.NEAREST_POSTS, none(targets));
            return;
        }
        TowerFeatures features = context.models().towers(context.vocabulary().facts());
        Dataset<Row> users;
        Dataset<Row> posts;
        try {
            users = features.inputs(context, targets.select("user_id"), TowerFeatures.Side.USER);
            posts = features.inputs(context, relations.keep(posts(context, source)), TowerFeatures.Side.ITEM);
        } catch (FeatureException e) {
            throw context.models().refusedTowers(e);
        }
        if (relations.isRehearsal()) {
            relations.with(Facts.NEAREST_POSTS, none(users));
            return;
        }
        Broadcast<TowerModel> model = new JavaSparkContext(relations.spark().sparkContext()).broadcast(towers(context));
        relations.with(
                Facts.NEAREST_POSTS,
                NearestItems.of(
                        vectors(users, model, TowerModel::user).withColumn("most", lit(source.limit())),
                        vectors(posts, model, TowerModel::item)));
    }

    /** What it looks like, where there are no rows yet. */
    private static Dataset<Row> none(Dataset<Row> users) {
        return users.select(col("user_id"), lit(0L).as("item_id"), lit(0.0).as("score"));
    }

    private static TowerModel towers(StageContext context) {
        try {
            return TowerModel.of(
                    context.read(Table.FEATURE_EMBEDDINGS).orderBy("id").collectAsList());
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    context.relations().layout().models() + "/" + Table.FEATURE_EMBEDDINGS.modelFolder(),
                    "two towers as train retrieval writes them",
                    e.getMessage(),
                    e);
        }
    }

    private static Dataset<Row> posts(StageContext context, Source source) {
        Dataset<Row> recent = context.relations()
                .query(
                        context.vocabulary().facts().recent(Table.POST),
                        Map.of(Source.MAX_AGE_HOURS, source.maxAgeHours().orElseThrow()))
                .withColumn("item_type", lit(Table.POST));
        return context.facts(REFERENCES)
                .join(recent)
                .filter(col(IS_RECOMMENDABLE.toString()).and(lit(true).notEqual(col(IS_REPLY.toString()))))
                .select("item_type", "item_id", "author_id");
    }

    private interface Tower extends BiFunction<TowerModel, TowerInput, float[]>, Serializable {}

    private static Dataset<Row> vectors(Dataset<Row> inputs, Broadcast<TowerModel> model, Tower tower) {
        MapFunction<Row, Row> function = row ->
                RowFactory.create(row.getLong(0), Floats.toSeq(tower.apply(model.value(), TowerInput.of(row, 1, 2))));
        String key = inputs.columns()[0];
        return inputs.map(
                function, Encoders.row(StructType.fromDDL(key + " BIGINT NOT NULL, features ARRAY<FLOAT> NOT NULL")));
    }
}
