package io.pushrank.jobs.table;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Validator.TableReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that cannot be used: each is set aside with its reasons, the others survive, and readers see only those. */
class QuarantineTest {
    private static final Instant AT = TinyWorld.hoursBefore(2);
    private static final Instant YESTERDAY = TinyWorld.hoursBefore(20);

    private final RankingConfig config =
            ConfigFile.shipped().set("inputs.max_quarantined_share=0.9").config();

    @TempDir
    private Path directory;

    private TinyWorld world;

    @BeforeEach
    void makeWorld() {
        world = new TinyWorld(directory);
    }

    private Inputs inputs(Findings findings) {
        return new Inputs(SharedSpark.session(), world.layout(), config, TinyWorld.DATE, TinyWorld.DATE, findings);
    }

    private TableReport check(Table table) {
        return Validators.of(inputs(Findings.none()), config, world.layout()).check(table);
    }

    private List<Object> readers(Table table, TableReport report, String column) {
        Findings findings = new Findings(Map.of(table, report.reasons().keySet()));
        return inputs(findings).asOf(table, TinyWorld.AS_OF).orderBy(column).select(column).collectAsList().stream()
                .map(row -> row.get(0))
                .toList();
    }

    @Test
    void postsThatCannotBeUsedAreSetAsideWithEveryReason() {
        world.people(2)
                .post(1, 2, AT)
                .post(2, 2, AT, "nsfw_probability", 0.0)
                .post(3, 2, AT, "nsfw_probability", 1.0)
                .post(11, 2, AT, "post_id", null)
                .post(12, 99, AT)
                .post(13, 2, YESTERDAY, "created_at", AT)
                .post(14, 2, AT, "nsfw_probability", Double.NaN)
                .post(15, 2, AT, "nsfw_probability", Double.POSITIVE_INFINITY)
                .post(16, 2, AT, "nsfw_probability", 1.01)
                .post(17, 2, AT, "text_length", -1)
                .post(18, 2, AT, "media", "audio")
                .post(19, 99, AT, "media", null)
                .post(20, 2, AT)
                .post(20, 2, AT)
                .write();

        TableReport report = check(Table.POSTS);

        assertEquals(14, report.rows());
        assertEquals(10, report.quarantined());
        assertEquals(
                Map.of(
                        "dangling:author_id", 2L,
                        "duplicate_key", 1L,
                        "missing:media", 1L,
                        "missing:post_id", 1L,
                        "not_finite:nsfw_probability", 2L,
                        "out_of_range:nsfw_probability", 3L,
                        "out_of_range:text_length", 1L,
                        "outside_partition:created_at", 1L,
                        "unknown_value:media", 1L),
                report.reasons());
        List<Row> quarantine =
                report.quarantine().orderBy("row_key").collectAsList().stream().toList();
        assertEquals(
                List.of(
                        "{\"post_id\":12}",
                        "{\"post_id\":13}",
                        "{\"post_id\":14}",
                        "{\"post_id\":15}",
                        "{\"post_id\":16}",
                        "{\"post_id\":17}",
                        "{\"post_id\":18}",
                        "{\"post_id\":19}",
                        "{\"post_id\":20}",
                        "{\"post_id\":null}"),
                quarantine.stream().map(row -> row.<String>getAs("row_key")).toList());
        assertEquals(
                List.of("missing:media", "dangling:author_id"),
                quarantine.get(7).getList(quarantine.get(7).fieldIndex("reasons")),
                "both reasons of one row");
        assertEquals("2026-03-13", quarantine.get(1).getAs("partition"), "the partition that holds the row");
        assertEquals(List.of(1L, 2L, 3L, 20L), readers(Table.POSTS, report, "post_id"));
    }

    @Test
    void usersThatCannotBeUsedAreSetAside() {
        world.people(1)
                .user(2, "push_cap", 12)
                .user(3, "push_cap", 13)
                .user(4, "push_cap", -1)
                .user(-5)
                .user(6, "is_guest", null)
                .user(7, "created_at", TinyWorld.AS_OF.plus(Duration.ofDays(1)))
                .user(8, "country", "FR")
                .user(8, "country", "FR")
                .user(9, "is_push_enabled", true)
                .user(9, "is_push_enabled", false)
                .user(10, "last_visit_at", Instant.parse("2200-01-01T00:00:01Z"))
                .user(11, "created_at", Instant.parse("1899-12-31T23:59:59Z"))
                .write();

        TableReport report = check(Table.USERS);

        assertEquals(
                Map.of(
                        "after_partition:created_at", 1L,
                        "contradicting_key", 2L,
                        "duplicate_key", 1L,
                        "missing:is_guest", 1L,
                        "out_of_range:created_at", 1L,
                        "out_of_range:last_visit_at", 1L,
                        "out_of_range:push_cap", 2L,
                        "out_of_range:user_id", 1L),
                report.reasons());
        assertEquals(List.of(1L, 2L, 8L), readers(Table.USERS, report, "user_id"));
    }

    @Test
    void ofContradictingRowsThatOnlyForbidSendsTheOneThatSaysMostIsUsed() {
        world.people(1, 2)
                .notification(1, 7, 2, AT, "send_id", "s")
                .notification(1, 7, 2, AT, "send_id", "s", "opened_at", AT.plusSeconds(60))
                .relation(1, 2, "block")
                .relation(1, 2, "block", "created_at", YESTERDAY)
                .write();

        TableReport notifications = check(Table.NOTIFICATIONS);
        TableReport relations = check(Table.RELATIONS);

        assertEquals(Map.of("contradicting_key", 1L), notifications.reasons());
        assertEquals(
                List.of(java.sql.Timestamp.from(AT.plusSeconds(60))),
                readers(Table.NOTIFICATIONS, notifications, "opened_at"));
        assertEquals(Map.of("duplicate_key", 1L), relations.reasons(), "both say that there is a block");
        assertEquals(1, readers(Table.RELATIONS, relations, "user_id").size());
    }

    @Test
    void ofContradictingFollowsTheOneThatForbidsMoreIsUsed() {
        world.people(1, 2, 3)
                .follow(1, 2, "is_device_follow", false)
                .follow(1, 2, "is_device_follow", true, "followed_at", YESTERDAY)
                .follow(1, 3)
                .write();

        TableReport report = check(Table.FOLLOWS);

        assertEquals(Map.of("contradicting_key", 1L), report.reasons());
        assertEquals(List.of(false, true), readers(Table.FOLLOWS, report, "is_device_follow"));
    }

    @Test
    void theSameValueInAnotherColumnIsAnotherRow() {
        Instant later = AT.plusSeconds(60);
        world.people(1, 2)
                .notification(1, 7, 2, AT, "send_id", "s", "opened_at", later)
                .notification(1, 7, 2, AT, "send_id", "s", "ntab_clicked_at", later)
                .write();

        assertEquals(Map.of("contradicting_key", 1L), check(Table.NOTIFICATIONS).reasons());
    }

    @Test
    void aRowThatIsNotKnownYetContradictsNothing() {
        world.people(1, 2)
                .post(7, 2, AT, "language", "fr")
                .post(7, 2, TinyWorld.AS_OF.plusSeconds(1), "language", "de")
                .post(8, 2, AT, "language", "es")
                .write();

        TableReport report = check(Table.POSTS);

        assertEquals(Map.of("contradicting_key", 2L), report.reasons());
        assertEquals(List.of("es", "fr"), readers(Table.POSTS, report, "language"));
    }

    @Test
    void aStateThatBeganAfterItsSnapshotWasTakenHoldsFromThenOn() {
        world.people(1, 2)
                .relation(1, 2, "block", "created_at", AT)
                .relation(1, 2, "mute", "created_at", TinyWorld.AS_OF.plusSeconds(1))
                .relation(2, 1, "block", "created_at", TinyWorld.AS_OF.plus(Duration.ofDays(1)))
                .moved(Table.RELATIONS, TinyWorld.DATE.minusDays(1))
                .write();

        TableReport report = check(Table.RELATIONS);

        assertEquals(Map.of("after_partition:created_at", 1L), report.reasons(), "of tomorrow");
        assertEquals(List.of("block"), readers(Table.RELATIONS, report, "kind"), "of this morning");
    }

    @Test
    void whatDanglesForItsParentsQuarantineSaysSo() {
        world.people(1)
                .user(2, "push_cap", 13)
                .device(2)
                .device(2, "device_id", 3L)
                .write();
        RankingConfig strict =
                ConfigFile.shipped().set("inputs.max_quarantined_share=0.5").config();
        Validator validator = Validators.of(inputs(Findings.none()), strict, world.layout());
        validator.check(Table.USERS);

        Expect.failure(
                INPUT_REJECTED,
                "input table devices: 2 of 3 rows cannot be used, inputs.max_quarantined_share is 0.5; reasons:"
                        + " {dangling:user_id=2}; of table users, to which it refers, 1 of 2 rows were set aside before:"
                        + " {out_of_range:push_cap=1}",
                () -> validator.check(Table.DEVICES));
    }

    @Test
    void notificationsWhoseEffectsComeBeforeTheirCauseAreSetAside() {
        Instant before = AT.minusSeconds(1);
        world.people(1, 2)
                .notification(1, 7, 2, AT, "opened_at", AT, "engaged_at", AT.plusSeconds(1))
                .notification(1, 7, 2, AT, "opened_at", before)
                .notification(1, 7, 2, AT, "ntab_clicked_at", before, "engaged_at", before)
                .notification(1, 7, 2, AT, "disliked_at", before)
                .notification(1, 7, 2, AT, "item_type", "trend")
                .notification(9, 7, 2, AT)
                .write();

        TableReport report = check(Table.NOTIFICATIONS);

        assertEquals(4, report.quarantined());
        assertEquals(
                Map.of(
                        "before_sent_at:opened_at", 1L,
                        "before_sent_at:ntab_clicked_at", 1L,
                        "before_sent_at:engaged_at", 1L,
                        "before_sent_at:disliked_at", 1L,
                        "dangling:user_id", 1L),
                report.reasons());
        assertEquals(
                List.of("send-1", "send-5"), readers(Table.NOTIFICATIONS, report, "send_id"), "items are of any type");
    }

    @Test
    void ofTwoRowsWithOneKeyTheOneThatDanglesDoesNotDisplaceTheOther() {
        world.people(2);
        for (long post = 1; post <= 8; post++) {
            world.post(post, 2, AT).post(post, 99, AT);
        }
        world.write();

        TableReport report = check(Table.POSTS);

        assertEquals(Map.of("dangling:author_id", 8L), report.reasons());
        Findings findings =
                new Findings(Map.of(Table.POSTS, java.util.Set.of("dangling:author_id", Findings.DUPLICATE_KEY)));
        assertEquals(8, inputs(findings).asOf(Table.POSTS, TinyWorld.AS_OF).count());
    }

    @Test
    void ofTwoRowsWithOneKeyTheEarlierIsUsedSoThatALaterOneChangesNothing() {
        world.people(1, 2);
        for (int send = 1; send <= 8; send++) {
            world.notification(1, send, 2, AT, "send_id", "s" + send)
                    .notification(1, send, 2, TinyWorld.AS_OF.plusSeconds(60), "send_id", "s" + send);
        }
        world.write();
        Findings findings = new Findings(Map.of(Table.NOTIFICATIONS, java.util.Set.of(Findings.DUPLICATE_KEY)));

        assertEquals(
                8,
                inputs(findings)
                        .asOf(Table.NOTIFICATIONS, TinyWorld.AS_OF)
                        .filter(col("sent_at").equalTo(java.sql.Timestamp.from(AT)))
                        .count());
    }

    @Test
    void aTableOfWhichTooLittleIsLeftStopsTheRun() {
        world.people(1, 2).device(77).device(78, "platform", "fax").write();
        RankingConfig strict =
                ConfigFile.shipped().set("inputs.max_quarantined_share=0.25").config();

        Expect.failure(
                INPUT_REJECTED,
                "input table devices: 2 of 4 rows cannot be used, inputs.max_quarantined_share is 0.25; reasons:"
                        + " {dangling:user_id=2, unknown_value:platform=1}",
                () -> Validators.of(inputs(Findings.none()), strict, world.layout())
                        .check(Table.DEVICES));
    }

    @Test
    void aCleanTableHasNoQuarantine() {
        world.people(1, 2).write();

        TableReport report = check(Table.DEVICES);

        assertEquals(2, report.rows());
        assertEquals(0, report.quarantined());
        assertEquals(Map.of(), report.reasons());
        assertNull(report.quarantine());
    }
}
