package io.pushrank.jobs.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing from the as-of instant on is seen, however it got into the files. */
class InputsTest {
    private static final Instant AS_OF = TinyWorld.AS_OF;
    private static final Instant JUST_BEFORE = AS_OF.minusMillis(1);

    @TempDir
    private Path directory;

    private Inputs inputs(TinyWorld world) {
        return new Inputs(
                SharedSpark.session(),
                world.layout(),
                ConfigFile.shipped().config(),
                TinyWorld.DATE,
                TinyWorld.DATE,
                Findings.none());
    }

    private static List<Object> values(Dataset<Row> rows, String column) {
        return rows.orderBy(column).collectAsList().stream()
                .map(row -> row.<Object>getAs(column))
                .toList();
    }

    @Test
    void eventsFromTheInstantOnAreNotSeen() {
        TinyWorld world = new TinyWorld(directory)
                .post(1, 1, JUST_BEFORE)
                .post(2, 1, AS_OF)
                .post(3, 1, AS_OF.plusSeconds(3600))
                .post(4, 1, TinyWorld.hoursBefore(-24))
                .post(5, 1, TinyWorld.hoursBefore(24 * 30))
                .post(6, 1, TinyWorld.hoursBefore(24 * 31))
                .write();

        assertEquals(
                List.of(1L, 5L),
                values(inputs(world).asOf(Table.POSTS, AS_OF), "post_id"),
                "the look-back of 30 days ends with the partition of post 5");
    }

    @Test
    void statesThatHoldSinceLaterAreNotSeenAndLaterInstantsAreUnknown() {
        TinyWorld world = new TinyWorld(directory)
                .user(1, "last_visit_at", JUST_BEFORE)
                .user(2, "last_visit_at", AS_OF)
                .user(3, "created_at", AS_OF)
                .follow(1, 2, "followed_at", JUST_BEFORE)
                .follow(1, 3, "followed_at", AS_OF)
                .write();

        List<Row> users =
                inputs(world).asOf(Table.USERS, AS_OF).orderBy("user_id").collectAsList();

        assertEquals(
                Arrays.asList(Timestamp.from(JUST_BEFORE), null),
                users.stream().map(row -> row.<Object>getAs("last_visit_at")).toList());
        assertEquals(List.of(2L), values(inputs(world).asOf(Table.FOLLOWS, AS_OF), "followee_id"));
    }

    @Test
    void whatCameOfASendLaterIsUnknown() {
        Instant sent = TinyWorld.hoursBefore(1);
        TinyWorld world = new TinyWorld(directory)
                .notification(1, 7, 2, sent, "opened_at", JUST_BEFORE, "engaged_at", AS_OF, "disliked_at", AS_OF)
                .notification(1, 8, 2, AS_OF)
                .write();

        List<Row> rows = inputs(world).asOf(Table.NOTIFICATIONS, AS_OF).collectAsList();

        assertEquals(1, rows.size());
        assertEquals(Timestamp.from(JUST_BEFORE), rows.get(0).getAs("opened_at"));
        assertTrue(rows.get(0).isNullAt(rows.get(0).fieldIndex("ntab_clicked_at")));
        assertTrue(rows.get(0).isNullAt(rows.get(0).fieldIndex("engaged_at")));
        assertTrue(rows.get(0).isNullAt(rows.get(0).fieldIndex("disliked_at")));
    }

    @Test
    void labelsAreTheEventsOfTheWindowAfterItAlsoPastMidnight() {
        TinyWorld world = new TinyWorld(directory)
                .engagement(1, 2, 1L, "like", JUST_BEFORE)
                .engagement(1, 2, 2L, "like", AS_OF)
                .engagement(1, 2, 3L, "like", TinyWorld.hoursBefore(-13))
                .engagement(1, 2, 4L, "like", TinyWorld.hoursBefore(-23.9))
                .engagement(1, 2, 5L, "like", TinyWorld.hoursBefore(-24))
                .write();

        assertEquals(
                List.of(2L, 3L, 4L),
                values(inputs(world).labels(Table.ENGAGEMENTS, AS_OF, TinyWorld.hoursBefore(-24)), "post_id"));
    }
}
