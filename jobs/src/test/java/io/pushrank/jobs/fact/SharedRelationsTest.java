package io.pushrank.jobs.fact;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pieces of work that read the same of one instant. */
class SharedRelationsTest {
    private static final Facts FACTS = Facts.of(ConfigFile.shipped());
    private static final List<Reference> FIRST = references("user.likes", "user.topics", "pair.likes", "author.likes");
    private static final List<Reference> SECOND =
            references("user.likes", "user.pushes", "user.country", "pair.weight_back", "author.likes");

    @TempDir
    private Path directory;

    private TinyWorld world;

    @BeforeEach
    void write() {
        world = new TinyWorld(directory)
                .people(1, 2, 3)
                .post(10, 2, hoursBefore(30))
                .postTopic(10, 7, 0.5, hoursBefore(30))
                .engagement(1, 2, 10L, "like", hoursBefore(20))
                .engagement(3, 2, 10L, "repost", hoursBefore(2))
                .engagement(2, 1, null, "profile_visit", hoursBefore(50))
                .notification(1, 10, 2, hoursBefore(10))
                .write();
    }

    private static List<Reference> references(String... names) {
        return Arrays.stream(names)
                .map(name -> new Reference(name.split("\\.", 2)[0], name.split("\\.", 2)[1]))
                .toList();
    }

    private Relations relations(SharedRelations shared) {
        return Relations.sharing(
                SharedSpark.session(),
                world.layout(),
                FACTS,
                TinyWorld.DATE,
                TinyWorld.AS_OF,
                Findings.none(),
                EnumSet.allOf(Table.class),
                shared);
    }

    private SharedRelations shared() {
        return SharedRelations.of(
                relations(SharedRelations.none()),
                List.of(new Needs(FACTS).facts(FIRST), new Needs(FACTS).facts(SECOND)));
    }

    private List<String> joined(SharedRelations shared, List<Reference> references) {
        try (Relations relations = relations(shared)) {
            Dataset<Row> rows = relations
                    .spark()
                    .sql("SELECT * FROM VALUES (1L, 'post', 10L, 2L), (3L, 'post', 10L, 2L), (2L, 'post', 11L, 1L) "
                            + "AS rows(user_id, item_type, item_id, author_id)");
            return relations.facts(references).join(rows).toJSON().collectAsList().stream()
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theSecondWorkReadsNothingAgainOfWhatIsShared() throws TimeoutException {
        try (SharedRelations shared = shared()) {
            List<Reference> users = references("user.likes", "user.pushes", "user.country");
            joined(shared, FIRST);
            AtomicLong read = new AtomicLong();
            SparkListener listener = new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    read.addAndGet(end.taskMetrics().inputMetrics().bytesRead());
                }
            };
            SharedSpark.session().sparkContext().listenerBus().waitUntilEmpty(60_000);
            SharedSpark.session().sparkContext().addSparkListener(listener);
            List<String> rows = joined(shared, users);
            SharedSpark.session().sparkContext().listenerBus().waitUntilEmpty(60_000);
            long ofShared = read.getAndSet(0);
            assertEquals(joined(SharedRelations.none(), users), rows);
            SharedSpark.session().sparkContext().listenerBus().waitUntilEmpty(60_000);
            SharedSpark.session().sparkContext().removeSparkListener(listener);

            assertTrue(ofShared < read.get() / 4, ofShared + " bytes, and without sharing " + read.get());
        }
    }

    @Test
    void rowsAreThoseOfWorkThatSharesNothing() {
        try (SharedRelations shared = shared()) {
            assertEquals(joined(SharedRelations.none(), FIRST), joined(shared, FIRST));
            assertEquals(joined(SharedRelations.none(), SECOND), joined(shared, SECOND));
        }
    }

    private Optional<Dataset<Row>> rows(SharedRelations shared, String name, Optional<Set<String>> columns) {
        try (Relations relations = relations(SharedRelations.none())) {
            return shared.rows(name, columns, relations::state);
        }
    }

    @Test
    void whoSeesAnotherFileOfAnInputCalculatesItsOwn() throws IOException {
        try (SharedRelations shared = shared()) {
            joined(shared, FIRST);
            Path file = Path.of(world.input(), "engagements", "ds=" + TinyWorld.DATE, "part-0.parquet");
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));

            assertEquals(joined(SharedRelations.none(), FIRST), joined(shared, FIRST));
            assertFalse(rows(shared, "user", Optional.of(Set.of("user_id", "likes")))
                    .isPresent());
            assertTrue(rows(shared, "history", Optional.empty()).isPresent(), "notifications are as they were");
        }
    }

    @Test
    void onlyWhatTwoReadIsSharedWithTheColumnsThatEitherReads() {
        try (SharedRelations shared = shared()) {
            assertTrue(rows(shared, "user", Optional.of(Set.of("user_id", "likes", "topics", "pushes", "country")))
                    .isPresent());
            assertTrue(rows(shared, "edges", Optional.of(Set.of("likes", "weight")))
                    .isPresent());
            assertFalse(
                    rows(shared, "user", Optional.of(Set.of("user_id", "age_bucket")))
                            .isPresent(),
                    "nobody asks for it");
            assertFalse(rows(shared, "user", Optional.empty()).isPresent(), "not all columns are there");
            assertFalse(rows(shared, "latest_acts", Optional.empty()).isPresent(), "no work reads it");
            assertFalse(
                    rows(shared, "author", Optional.of(Set.of("author_id", "likes")))
                            .isPresent(),
                    "of the authors at hand only");
        }
    }

    @Test
    void aFactThatNobodyAnnouncedIsCalculatedByTheWorkThatReadsIt() {
        try (SharedRelations shared = shared()) {
            List<Reference> more = references("user.likes", "user.age_bucket");

            assertEquals(joined(SharedRelations.none(), more), joined(shared, more));
        }
    }
}
