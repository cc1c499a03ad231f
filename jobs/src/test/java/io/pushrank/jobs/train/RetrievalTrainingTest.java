package io.pushrank.jobs.train;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.TowerFeatures;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Towers learned from who opened what, and what they then propose. */
class RetrievalTrainingTest {
    private static final int PEOPLE = 16;
    private static final int POSTS = 12;
    private static final long AUTHOR = 50;
    private static final StructType EXAMPLES = StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING,"
            + " item_id BIGINT, label_oonc FLOAT, label_dislike FLOAT, weight FLOAT");

    private final Vocabulary vocabulary =
            Vocabulary.of(ConfigFile.shipped().set("candidates.sources.two_tower.limit=6"));
    private final List<String> told = new ArrayList<>();

    @TempDir
    private Path directory;

    /** People follow topic 0 or 1, and posts are of one of them. */
    private TinyWorld world() throws Exception {
        TinyWorld world = new TinyWorld(directory).user(AUTHOR);
        for (int user = 1; user <= PEOPLE; user++) {
            world.people(user).topicFollow(user, user % 2);
        }
        for (int post = 0; post < POSTS; post++) {
            world.post(100 + post, AUTHOR, hoursBefore(5)).postTopic(100 + post, post % 2, 0.9, hoursBefore(5));
        }
        return world.write();
    }

    /** Everybody was sent every post, twice, and opened those of the topic that it follows, if anybody opens anything. */
    private static Dataset<Row> examples(boolean isAnyOpened) {
        List<Row> rows = new ArrayList<>();
        for (Instant asOf : List.of(TinyWorld.AS_OF.minusSeconds(3600), TinyWorld.AS_OF)) {
            for (long user = 1; user <= PEOPLE; user++) {
                for (long post = 0; post < POSTS; post++) {
                    boolean isOpened = isAnyOpened && user % 2 == post % 2;
                    rows.add(RowFactory.create(
                            Timestamp.from(asOf), user, Table.POST, 100 + post, isOpened ? 1f : 0f, 0f, 1f));
                }
            }
        }
        return SharedSpark.session().createDataFrame(rows, EXAMPLES);
    }

    private RetrievalTraining training(TinyWorld world) {
        FeatureList list = FeatureList.parse(
                "towers.yaml",
                """
                features:
                  - user.followed_topics: sparse_binary
                  - {name: post.topics, type: sparse_binary, expression: post.topic_ids}
                  - {name: author.followers, type: continuous, expression: ln(1 + author.followers)}
                """);
        return new RetrievalTraining(
                SharedSpark.session(),
                world.layout(),
                vocabulary,
                TowerFeatures.of("towers.yaml", list, vocabulary.facts()));
    }

    @Test
    void whatPeopleOpenedIsWhatTheyAreProposed() throws Exception {
        TinyWorld world = world();

        training(world).train(examples(true), 0.5, "1", progress -> told.add(progress.toString()));

        assertTrue(told.get(0).startsWith("2026-03-14T11:00:00Z: 192 pairs"), told.get(0));
        assertTrue(told.get(2).startsWith("epoch 1: RCE "), told.get(2));
        try (StageContext context = world.context(vocabulary.settings())) {
            List<Row> proposed = Candidates.merged(context, context.read(Table.USERS))
                    .filter("user_id <= " + PEOPLE + " AND array_contains(sources.source, 'two_tower')")
                    .select("user_id", "item_id")
                    .collectAsList();
            assertEquals(PEOPLE * 6, proposed.size());
            proposed.forEach(row -> assertEquals(row.getLong(0) % 2, row.getLong(1) % 2, row.toString()));
        }
        assertEquals(
                "model " + world.layout().models()
                        + "/retrieval/1 exists already: a version never changes, name another",
                refusal(world, true));
    }

    @Test
    void withoutAnOpeningThereIsNothingToLearn() throws Exception {
        assertEquals(
                "examples to learn from must have positives and others, but of 192 0 are positive",
                refusal(world(), false));
    }

    private String refusal(TinyWorld world, boolean isAnyOpened) {
        return assertThrows(PushrankException.class, () -> training(world)
                        .train(examples(isAnyOpened), 0.5, "1", progress -> {}))
                .getMessage();
    }
}
