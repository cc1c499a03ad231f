package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityControlTest {
    private static final LocalDate YESTERDAY = TinyWorld.DATE.minusDays(1);

    @TempDir
    private Path directory;

    private final List<Map<String, Object>> ranked = new ArrayList<>();
    private final List<Map<String, Object>> targets = new ArrayList<>();

    private QualityControlTest target(long user, int cap, Instant... sent) {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", user);
        row.put("push_cap", cap);
        row.put("sent_at_24h", Arrays.stream(sent).map(Timestamp::from).toArray(Timestamp[]::new));
        row.put("last_sent_at", sent.length == 0 ? null : Timestamp.from(sent[sent.length - 1]));
        row.put("spacing_seconds", 4 * 3600L);
        targets.add(row);
        return this;
    }

    /** Ranks a user's items in this order. */
    private QualityControlTest ranked(long user, long author, String type, long item, Long... actors) {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", user);
        row.put("item_type", "post");
        row.put("item_id", item);
        row.put("author_id", author);
        row.put("notification_type", type);
        row.put("sources", new Row[] {
            RowFactory.create(type, 1, 1.0, new Long[] {}), RowFactory.create("social_proof", 1, 1.0, actors)
        });
        row.put(
                "rank",
                1
                        + (int) ranked.stream()
                                .filter(other -> other.get("user_id").equals(user))
                                .count());
        row.put("score", 0.5f);
        ranked.add(row);
        return this;
    }

    private static Map<String, Object> send(String id, long user, long item, Instant at) {
        Map<String, Object> row = new HashMap<>();
        row.put("send_id", id);
        row.put("user_id", user);
        row.put("item_type", "post");
        row.put("item_id", item);
        row.put("author_id", 2L);
        row.put("send_at", Timestamp.from(at));
        return row;
    }

    private List<Row> judge(TinyWorld world, ConfigFile config) {
        try (StageContext context = world.context(config, new QualityControl())) {
            SparkSession spark = context.relations().spark();
            context.relations()
                    .instead(Table.HEAVY_RANKED, Published.rows(spark, Table.HEAVY_RANKED, ranked))
                    .instead(Table.TARGETS, Published.rows(spark, Table.TARGETS, targets));
            return new QualityControl().judge(context).collectAsList();
        }
    }

    private static Map<String, String> verdicts(List<Row> judged) {
        Map<String, String> verdicts = new TreeMap<>();
        for (Row row : judged) {
            List<String> reasons = row.getList(row.fieldIndex("reasons"));
            Timestamp at = row.getAs("send_at");
            verdicts.put(
                    row.getAs("user_id") + " " + row.getAs("item_id"),
                    reasons.isEmpty()
                            ? "#" + row.getAs("position") + " at " + at.toInstant()
                            : String.join(",", reasons));
        }
        return verdicts;
    }

    private static List<Row> of(List<Row> judged, long item) {
        return judged.stream().filter(row -> row.<Long>getAs("item_id") == item).toList();
    }

    @Test
    void everyRuleHasItsSayAndTheBestOfTheRestIsSent() {
        TinyWorld world = new TinyWorld(directory)
                .user(1)
                .user(2)
                .user(3, "is_suspended", true)
                .user(4, "is_in_network_only", true)
                .user(5)
                .user(6)
                .user(7)
                .user(8)
                .user(9)
                .follow(1, 2)
                .follow(1, 6)
                .follow(1, 9, "is_device_follow", true)
                .relation(5, 1, "block")
                .relation(1, 6, "mute")
                .relation(1, 7, "hide_recommendations")
                .relation(8, 1, "hide_recommendations")
                .engagement(1, 2, 12L, "impression", hoursBefore(1))
                .notification(1, 13, 2, hoursBefore(24 * 29))
                .notification(1, 14, 2, hoursBefore(24 * 30.3), "sent_at", hoursBefore(24 * 30.1));
        Map<Long, Long> authors = Map.ofEntries(
                Map.entry(10L, 1L),
                Map.entry(11L, 3L),
                Map.entry(12L, 2L),
                Map.entry(13L, 2L),
                Map.entry(14L, 2L),
                Map.entry(15L, 5L),
                Map.entry(16L, 6L),
                Map.entry(17L, 7L),
                Map.entry(18L, 2L),
                Map.entry(19L, 9L),
                Map.entry(20L, 8L),
                Map.entry(21L, 2L),
                Map.entry(22L, 2L),
                Map.entry(23L, 2L),
                Map.entry(24L, 8L));
        authors.forEach((post, author) -> world.post(
                post,
                author,
                hoursBefore(post == 23 ? 24.5 : 2),
                "in_reply_to_post_id",
                post == 21 || post == 22 ? 18L : null));
        world.write();
        target(1, 5).target(4, 5);
        ranked(1, 1, "popular", 10)
                .ranked(1, 3, "popular", 11)
                .ranked(1, 2, "in_network", 12)
                .ranked(1, 2, "in_network", 13)
                .ranked(1, 5, "popular", 15)
                .ranked(1, 6, "in_network", 16)
                .ranked(1, 7, "popular", 17)
                .ranked(1, 9, "in_network", 19)
                .ranked(1, 2, "popular", 18)
                .ranked(1, 8, "in_network", 20)
                .ranked(1, 2, "social_proof", 21, 6L)
                .ranked(1, 2, "in_network", 23)
                .ranked(1, 2, "in_network", 99)
                .ranked(1, 2, "social_proof", 22, 7L, 6L)
                .ranked(1, 2, "in_network", 14)
                .ranked(4, 8, "popular", 24);

        List<Row> judged = judge(world, ConfigFile.shipped());

        assertEquals(ranked.size(), judged.size(), "no row is lost");
        assertEquals(
                Map.ofEntries(
                        Map.entry("1 10", "own_post"),
                        Map.entry("1 11", "unsuitable_author"),
                        Map.entry("1 12", "seen"),
                        Map.entry("1 13", "sent_before"),
                        Map.entry("1 15", "blocked"),
                        Map.entry("1 16", "muted"),
                        Map.entry("1 17", "recommendations_hidden"),
                        Map.entry("1 18", "follow_state"),
                        Map.entry("1 19", "already_notified"),
                        Map.entry("1 20", "follow_state"),
                        Map.entry("1 21", "reply"),
                        Map.entry("1 23", "too_old"),
                        Map.entry("1 99", "too_old"),
                        Map.entry("1 22", "#1 at 2026-03-14T12:00:00Z"),
                        Map.entry("1 14", "below_top_pick"),
                        Map.entry("4 24", "in_network_only")),
                verdicts(judged));
        Row sent = of(judged, 22).get(0);
        assertEquals(List.of(7L, 6L), sent.getList(sent.fieldIndex("actors")), "of the source that names most");
    }

    @Test
    void severalSendsOfARunGetTheSlotsThatCapAndSpacingLeave() {
        TinyWorld world = new TinyWorld(directory).user(1).user(2).user(3);
        for (long post = 1; post <= 4; post++) {
            world.post(post, 3, hoursBefore(1));
            ranked(1, 3, "popular", post).ranked(2, 3, "popular", post);
        }
        world.write();
        target(1, 2, hoursBefore(20)).target(2, 0);

        List<Row> judged = judge(world, ConfigFile.shipped().set("quality_control.sends_per_run=3"));

        assertEquals(
                Map.of(
                        "1 1", "#1 at 2026-03-14T12:00:00Z",
                        "1 2", "#2 at 2026-03-14T16:00:00Z",
                        "1 3", "no_slot",
                        "1 4", "below_top_pick",
                        "2 1", "no_slot",
                        "2 2", "no_slot",
                        "2 3", "no_slot",
                        "2 4", "below_top_pick"),
                verdicts(judged));
        assertEquals(
                8, judged.stream().map(row -> row.getAs("send_id")).distinct().count());
        judged.forEach(row -> assertTrue(row.<String>getAs("send_id").matches("[0-9a-f]{32}")));
    }

    @Test
    void sendsWaitForTheHourAtWhichTheUserOpensThemAndForTheEndOfTheNight() {
        TinyWorld world = new TinyWorld(directory).user(3);
        for (long user : new long[] {1, 2}) {
            world.user(user, "time_zone", user == 1 ? "Asia/Tokyo" : "no such zone");
            for (long post = 1; post <= 2; post++) {
                ranked(user, 3, "popular", post);
            }
        }
        // The first opens what comes at 9:00 of its clock, never what comes at 20:00.
        for (int day = 2; day <= 6; day++) {
            Instant nine = hoursBefore(24 * day - 12);
            world.notification(1, 50 + day, 3, nine, "opened_at", nine.plusSeconds(60))
                    .notification(1, 60 + day, 3, hoursBefore(24 * day + 1));
        }
        world.post(1, 3, hoursBefore(1)).post(2, 3, hoursBefore(1)).write();
        target(1, 5).target(2, 5);
        targets.forEach(
                target -> target.put("time_zone", target.get("user_id").equals(1L) ? "Asia/Tokyo" : "no such zone"));

        List<Row> judged = judge(
                world,
                ConfigFile.shipped()
                        .set("quality_control.sends_per_run=2")
                        .set("quality_control.send_times={choose: best, quiet_from: 22, quiet_until: 8}"));

        // Noon UTC is 21:00 in Tokyo; in UTC, where the other user is thought to be, nothing tells an hour from the
        // next.
        assertEquals(
                Map.of(
                        "1 1", "2026-03-14T21:00:00",
                        "1 2", "2026-03-15T09:00:00",
                        "2 1", "2026-03-14T12:00:00",
                        "2 2", "2026-03-15T09:00:00"),
                judged.stream()
                        .collect(Collectors.toMap(
                                row -> row.getAs("user_id") + " " + row.getAs("item_id"),
                                row -> row.getAs("send_at_local"))));
        assertEquals("#2 at 2026-03-15T00:00:00Z", verdicts(judged).get("1 2"));
    }

    @Test
    void chanceMovesWhatItChoosesToTheFrontAndWritesDownHowLikelyThatWas() {
        TinyWorld world = new TinyWorld(directory).user(99);
        for (long post = 1; post <= 4; post++) {
            world.post(post, 99, hoursBefore(1));
        }
        for (long user = 1; user <= 40; user++) {
            world.user(user);
            // The third is the user's own.
            ranked(user, 99, "popular", 1)
                    .ranked(user, 99, "popular", 2)
                    .ranked(user, user, "popular", 9)
                    .ranked(user, 99, "popular", 3)
                    .ranked(user, 99, "popular", 4);
            target(user, 5);
        }
        world.write();

        List<Row> judged = judge(
                world,
                ConfigFile.shipped()
                        .set("quality_control.sends_per_run=2")
                        .set("quality_control.exploration={no_send_share: 0.3, random_share: 0.6, top_k: 3}"));

        Map<String, Integer> outcomes = new TreeMap<>();
        for (long user = 1; user <= 40; user++) {
            long of = user;
            List<Row> rows = judged.stream()
                    .filter(row -> row.<Long>getAs("user_id") == of)
                    .toList();
            assertEquals(
                    0.7,
                    rows.stream().mapToDouble(row -> row.getAs("probability")).sum(),
                    1e-12);
            List<String> sent = rows.stream()
                    .filter(row -> row.getList(row.fieldIndex("reasons")).isEmpty())
                    .map(row -> "#%s %s %s %.4f"
                            .formatted(
                                    row.getAs("position"),
                                    row.<Long>getAs("item_id"),
                                    row.getAs("arm"),
                                    row.<Double>getAs("propensity")))
                    .sorted()
                    .toList();
            Stream<String> withheld = rows.stream()
                    .filter(row -> row.getList(row.fieldIndex("reasons")).contains("no_send"))
                    .map(row -> row.getAs("item_id") + " withheld " + row.getAs("propensity"));
            outcomes.merge(
                    sent.isEmpty() ? String.join(", ", withheld.sorted().toList()) : String.join(", ", sent),
                    1,
                    Integer::sum);
        }
        // 0.1 + 0.6 / 3 and 0.6 / 3.
        assertEquals(
                Set.of(
                        "#1 1 rank 0.3000, #2 2 rank 1.0000",
                        "#1 1 random 0.3000, #2 2 rank 1.0000",
                        "#1 2 random 0.2000, #2 1 rank 1.0000",
                        "#1 3 random 0.2000, #2 1 rank 1.0000",
                        "1 withheld 0.3, 2 withheld 0.3"),
                outcomes.keySet(),
                outcomes.toString());
    }

    @Test
    void spacingIsAsExactAsTheDeliveriesAre() {
        TinyWorld world = new TinyWorld(directory).user(1).post(1, 3, hoursBefore(1));
        ranked(1, 3, "popular", 1);
        world.user(3).write();
        target(1, 5, hoursBefore(4).plusMillis(500));

        assertEquals(Map.of("1 1", "#1 at 2026-03-14T12:00:00.500Z"), verdicts(judge(world, ConfigFile.shipped())));
    }

    @Test
    void ownSendsOfEarlierDatesCountUntilTheyComeBackAndThoseOfTheDateItselfNever() {
        Instant noon = hoursBefore(23);
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .post(30, 2, hoursBefore(2))
                .post(31, 2, hoursBefore(2))
                .post(32, 2, hoursBefore(2))
                .notification(1, 30, 2, noon.plusSeconds(60), "send_id", "came-back")
                .write();
        Published.write(
                world.layout(),
                Table.SENDS,
                YESTERDAY,
                List.of(send("came-back", 1, 30, noon), send("under-way", 1, 31, noon.plusSeconds(4 * 3600))));
        Published.write(world.layout(), Table.SENDS, TinyWorld.DATE, List.of(send("of-today", 1, 32, TinyWorld.AS_OF)));
        Published.write(
                world.layout(),
                Table.SENDS,
                TinyWorld.DATE.minusDays(31),
                List.of(send("long-ago", 2, 30, hoursBefore(24 * 31))));

        Row target;
        try (StageContext context = world.context(ConfigFile.shipped(), new Targets())) {
            Dataset<Row> judged = new Targets().judge(context).filter("user_id = 1");
            target = judged.collectAsList().get(0);
        }
        assertEquals(
                Stream.of(noon.plusSeconds(60), noon.plusSeconds(4 * 3600))
                        .map(Timestamp::from)
                        .toList(),
                target.getList(target.fieldIndex("sent_at_24h")),
                "each send once, as delivered where that is known");

        target(1, 5);
        ranked(1, 2, "popular", 30).ranked(1, 2, "popular", 31).ranked(1, 2, "popular", 32);
        List<Row> judged = judge(world, ConfigFile.shipped());

        assertEquals(
                Map.of("1 30", "sent_before", "1 31", "sent_before", "1 32", "#1 at 2026-03-14T12:00:00Z"),
                verdicts(judged));
        assertNotEquals("of-today", of(judged, 32).get(0).getAs("send_id"));
    }
}
