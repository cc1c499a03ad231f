package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureId;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source two_tower, with embeddings written by hand. */
class NearestPostsTest {
    private static final String LIST =
            """
            features:
              - {name: likes_video, type: continuous, expression: user.video_actions}
              - user.followed_topics: sparse_binary
              - {name: is_video, type: binary, expression: post.media = 'video'}
              - {name: topics, type: sparse_binary, expression: post.topic_ids}
              - {name: followers, type: continuous, expression: author.followers}
            """;

    private final ConfigFile settings = ConfigFile.shipped().set("candidates.sources.two_tower.limit=3");

    @TempDir
    private Path directory;

    /** xxhash64 of the name and the value, as {@link FeatureId} has it. */
    private static long id(String name, long value) {
        return FeatureId.of(FeatureId.of(name), UTF8String.fromString(Long.toString(value)));
    }

    private static Row row(long id, double mean, double deviation, double weight, double... factors) {
        Float[] floats = new Float[factors.length];
        for (int at = 0; at < floats.length; at++) {
            floats[at] = (float) factors[at];
        }
        return RowFactory.create(id, mean, deviation, (float) weight, floats);
    }

    private TinyWorld world() throws Exception {
        return new TinyWorld(directory)
                .people(1, 2)
                .user(3, "has_recommendations", false)
                .user(4)
                .user(5, "is_suspended", true)
                .follow(2, 4)
                .follow(3, 4)
                .topicFollow(1, 7)
                .topicFollow(2, 8)
                .post(10, 4, hoursBefore(1), "media", "video")
                .post(11, 4, hoursBefore(2))
                .postTopic(11, 7, 0.9, hoursBefore(2))
                .post(12, 4, hoursBefore(3))
                .postTopic(12, 8, 0.9, hoursBefore(3))
                .post(13, 4, hoursBefore(4))
                .post(14, 5, hoursBefore(1), "media", "video")
                .post(15, 4, hoursBefore(25), "media", "video")
                .post(16, 4, hoursBefore(1), "media", "video", "in_reply_to_post_id", 10L)
                .post(90, 4, hoursBefore(100), "media", "video")
                .engagement(2, 4, 90L, "like", hoursBefore(50))
                .trend(70, hoursBefore(1))
                .write();
    }

    /** Videos weigh 1 and what one likes of them; a topic that the user follows 2; 200 followers 1. */
    private void towers(TinyWorld world) {
        List<Row> rows = List.of(
                row(0, 0, 1, -1, 0, 0, 0),
                row(FeatureId.of("likes_video"), 0, 1, 0, 1, 0, 0),
                row(id("user.followed_topics", 7), 0, 1, 0.125, 0, 2, 0),
                row(id("user.followed_topics", 8), 0, 1, 0, 0, 0, 2),
                row(FeatureId.of("is_video"), 0, 1, 1, 1, 0, 0),
                row(id("topics", 7), 0, 1, 0, 0, 1, 0),
                row(id("topics", 8), 0, 1, 0, 0, 0, 1),
                row(FeatureId.of("followers"), 0, 200, 1, 0, 0, 0));
        write(world, LIST, rows);
    }

    private static void write(TinyWorld world, String list, List<Row> rows) {
        new ModelTables(new Storage(new Configuration()), world.layout())
                .write(
                        Table.FEATURE_EMBEDDINGS,
                        "1",
                        SharedSpark.session().createDataFrame(rows, Table.FEATURE_EMBEDDINGS.schema()),
                        Map.of(ConfFolder.TOWERS, list));
    }

    @Test
    void eachTargetGetsThePostsWithTheHighestLogits() throws Exception {
        TinyWorld world = world();
        towers(world);
        List<String> found = new ArrayList<>();
        try (StageContext context = world.context(settings)) {
            Dataset<Row> merged = context.relations()
                    .keep(Candidates.merged(context, context.read(Table.USERS).filter("user_id < 4")));
            assertEquals(3, merged.filter("item_type = 'trend'").count(), "other sources' items stay what they are");
            merged.selectExpr("user_id", "item_id", "explode(sources) AS source")
                    .filter("source.source = 'two_tower'")
                    .selectExpr("concat_ws(' ', user_id, item_id, source.rank, source.score)")
                    .collectAsList()
                    .forEach(row -> found.add(row.getString(0)));
        }
        found.sort(null);
        // -1, for 2 followers 0.01, for following topic 7 0.125; then the topic followed, or the video.
        assertEquals(
                List.of("1 10 2 0.135", "1 11 1 1.135", "1 12 3 -0.865", "2 10 1 1.01", "2 11 3 -0.99", "2 12 2 1.01"),
                found.stream().map(NearestPostsTest::rounded).toList());
    }

    private static String rounded(String row) {
        int score = row.lastIndexOf(' ');
        return row.substring(0, score + 1) + Math.round(1000 * Double.parseDouble(row.substring(score + 1))) / 1000.0;
    }

    @Test
    void withoutTowersTheSourceIsSkipped() throws Exception {
        TinyWorld world = world();
        try (StageContext context = world.context(settings)) {
            assertEquals(
                    0,
                    Candidates.merged(context, context.read(Table.USERS))
                            .filter("array_contains(sources.source, 'two_tower')")
                            .count());
        }
    }

    @Test
    void aLimitOfNoneGivesNone() throws Exception {
        TinyWorld world = world();
        towers(world);
        try (StageContext context = world.context(settings.set("candidates.sources.two_tower.limit=0"))) {
            assertEquals(
                    0,
                    Candidates.merged(context, context.read(Table.USERS))
                            .filter("array_contains(sources.source, 'two_tower')")
                            .count());
        }
    }

    @Test
    void towersThatAreDamagedAreAModelThatIsRefused() throws Exception {
        TinyWorld world = world();
        write(world, LIST, List.of(row(0, 0, 1, -1, 0), row(5, 0, 0, 1, 0)));
        assertEquals(
                world.layout().models()
                        + "/retrieval: expected two towers as train retrieval writes them, found deviation of id 5 must be a"
                        + " finite number above 0, but is 0.0",
                refusal(world));
    }

    @Test
    void aListThatNamesAFactThatIsGoneIsAModelThatIsRefused() throws Exception {
        TinyWorld world = world();
        write(world, "features:\n  - user.lkes: continuous\n", List.of(row(0, 0, 1, -1, 0)));
        assertTrue(
                refusal(world).startsWith(world.layout().models() + "/retrieval/1/towers.yaml: expected"),
                refusal(world));
    }

    private String refusal(TinyWorld world) {
        try (StageContext context = world.context(settings)) {
            return assertThrows(ModelException.class, () -> Candidates.merged(context, context.read(Table.USERS))
                            .count())
                    .getMessage();
        }
    }

    @Test
    void onlyASourceCanReadTheNearestPosts() throws Exception {
        TinyWorld world = world();
        try (StageContext context = world.context(settings)) {
            PushrankException refusal = assertThrows(
                    PushrankException.class, () -> context.relations().all(Facts.NEAREST_POSTS));
            assertEquals("nearest_posts are of the targets: only a source can read them", refusal.getMessage());
        }
    }

    @Test
    void aFeatureThatSpeaksOfBothSidesIsRefusedByName() {
        Facts facts = Facts.of(settings);
        TowerFeatures features = TowerFeatures.of("towers.yaml", FeatureList.parse("towers.yaml", LIST), facts);
        assertEquals(2, features.ofUser().features().size());
        assertEquals(3, features.ofItem().features().size());
        assertEquals(
                "towers.yaml: feature both must speak of the recipient alone, or of the item and its author"
                        + " alone, but is found by [item_id, user_id]",
                refusal(facts, "{name: both, type: binary, expression: post.language = user.language}"));
        assertTrue(refusal(facts, "pair.likes: continuous").endsWith("but is found by [pair]"));
        assertTrue(refusal(facts, "user.lkes: continuous").contains("user.likes"));
    }

    private static String refusal(Facts facts, String feature) {
        FeatureList list = FeatureList.parse("towers.yaml", "features:\n  - " + feature + "\n");
        return assertThrows(PushrankException.class, () -> TowerFeatures.of("towers.yaml", list, facts))
                .getMessage();
    }
}
