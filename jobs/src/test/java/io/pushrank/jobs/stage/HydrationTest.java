package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped feature list on a world of four rows: every expression resolves, and a few have values known by hand. */
class HydrationTest {
    @TempDir
    private Path directory;

    private static float value(FeatureList features, Row arrays, String name) {
        return arrays.<Float>getList(0).get(place(features, FeatureType.CONTINUOUS, name));
    }

    private static boolean isMissing(FeatureList features, Row arrays, String name) {
        return arrays.<Boolean>getList(1).get(place(features, FeatureType.CONTINUOUS, name));
    }

    private static int place(FeatureList features, FeatureType type, String name) {
        return features.of(type).stream()
                .map(feature -> feature.name())
                .toList()
                .indexOf(name);
    }

    @Test
    void everyShippedFeatureResolvesLightOnesWithoutWhatOnlyTheHeavyRankerSees() {
        FeatureList features = FeatureList.parse("conf/features.yaml", Resources.text("conf/features.yaml"));
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .follow(1, 2)
                .post(10, 2, hoursBefore(3), "media", "photo", "text_length", 200)
                .postTopic(10, 7, 0.5, hoursBefore(3))
                .engagement(1, 2, 10L, "like", hoursBefore(2))
                .engagement(1, 2, 10L, "like", TinyWorld.AS_OF)
                .write();
        Map<String, Object> candidate = new HashMap<>();
        candidate.put("user_id", 1L);
        candidate.put("item_type", "post");
        candidate.put("item_id", 10L);
        candidate.put("author_id", 2L);
        candidate.put("notification_type", "in_network");
        candidate.put("is_in_network", true);
        candidate.put("sources", new Row[] {
            RowFactory.create("social_proof", 2, 0.5, new Long[] {5L, 6L}),
            RowFactory.create("in_network", 1, 0.25, new Long[] {})
        });
        Row light;
        Row heavy;
        try (StageContext context = world.context(ConfigFile.shipped())) {
            Dataset<Row> rows = Published.rows(context.relations().spark(), Table.CANDIDATES, List.of(candidate));
            Row both = Hydration.both(context, rows, features).collectAsList().get(0);
            heavy = both.getAs("features");
            light = both.getAs("light_features");
        }

        assertEquals(features.heavyShape().continuous(), heavy.getList(0).size());
        assertEquals(features.heavyShape().continuous(), heavy.getList(1).size());
        assertEquals(features.heavyShape().binary(), heavy.getList(2).size());
        assertEquals(
                features.light().lightShape().continuous(), light.getList(0).size());
        assertEquals(List.of(), light.getList(2), "the light ranker hashes what is binary");
        assertEquals(2, value(features, heavy, "candidate.actor_count"));
        assertEquals(1, value(features, heavy, "candidate.best_rank"));
        assertEquals(0.25f, value(features, heavy, "candidate.in_network_score"));
        assertEquals(true, isMissing(features, heavy, "candidate.popular_score"));
        assertEquals(0, value(features, heavy, "candidate.popular_score"));
        assertEquals(3, value(features, heavy, "post.age_hours"));
        assertEquals(1, value(features, heavy, "post.likes"), "the like at the as-of instant is not known yet");
        assertEquals(1, value(features, heavy, "pair.likes"));
        assertEquals(2, value(features, heavy, "pair.weight"));
        assertEquals(1, value(features, heavy, "topic.actions"));
        assertEquals(0, value(features, heavy, "topic.followed"));
        List<Float> binary = heavy.getList(2);
        assertEquals(1f, binary.get(place(features, FeatureType.BINARY, "post.is_photo")));
        assertEquals(0f, binary.get(place(features, FeatureType.BINARY, "post.is_video")));
        assertEquals(1f, binary.get(place(features, FeatureType.BINARY, "pair.is_followed")));
        assertEquals(value(features, heavy, "post.age_hours"), value(features.light(), light, "post.age_hours"));
    }

    @Test
    void whatManyRowsShareIsCalculatedForTheirKeyAndForARowWithoutItByItself() {
        FeatureList features = FeatureList.parse(
                "mine.yaml",
                """
                features:
                - {name: topics, type: sparse_binary, expression: "coalesce(post.topic_ids, array(7L))"}
                """);
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .post(10, 2, hoursBefore(3))
                .postTopic(10, 8, 0.5, hoursBefore(3))
                .trend(10, hoursBefore(3))
                .write();
        List<List<Long>> ids;
        try (StageContext context = world.context(ConfigFile.shipped())) {
            Dataset<Row> rows = Published.rows(
                    context.relations().spark(), Table.CANDIDATES, List.of(row("post", 10), row("trend", 10)));
            ids = Hydration.both(context, rows, features).orderBy("item_type").collectAsList().stream()
                    .map(row -> row.<Row>getAs("features").<Long>getList(3))
                    .toList();
        }

        assertEquals(List.of(List.of(idOf("topics", "8")), List.of(idOf("topics", "7"))), ids);
    }

    private static Map<String, Object> row(String type, long item) {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", 1L);
        row.put("item_type", type);
        row.put("item_id", item);
        row.put("notification_type", "popular");
        row.put("is_in_network", false);
        row.put("sources", new Row[] {});
        return row;
    }

    private static long idOf(String feature, String value) {
        return SharedSpark.session()
                .sql("SELECT xxhash64('%s', '%s')".formatted(feature, value))
                .head()
                .getLong(0);
    }
}
