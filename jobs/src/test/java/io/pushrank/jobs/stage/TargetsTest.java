package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be notified, by all that a day's tables say of the user. */
class TargetsTest {
    @TempDir
    private Path directory;

    private static Map<Long, List<String>> reasons(TinyWorld world, String... assignments) {
        ConfigFile settings = ConfigFile.shipped();
        for (String assignment : assignments) {
            settings = settings.set(assignment);
        }
        Map<Long, List<String>> reasons = new TreeMap<>();
        try (StageContext context = world.context(settings, new Targets())) {
            new Targets()
                    .judge(context)
                    .select("user_id", "reasons")
                    .collectAsList()
                    .forEach(row -> reasons.put(row.getLong(0), row.getList(1)));
        }
        return reasons;
    }

    @Test
    void everyReasonIsGivenNotOnlyTheFirst() {
        TinyWorld world = new TinyWorld(directory)
                .people(1)
                .user(2, "is_suspended", true, "is_push_enabled", false, "push_cap", 0)
                .write();

        assertEquals(
                Map.of(1L, List.of(), 2L, List.of("account_suspended", "push_disabled", "no_device", "cap_reached")),
                reasons(world));
    }

    @Test
    void theLastAnswerToAPromptCounts() {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2, 3, 4)
                .feedback(1, "prompt_declined", hoursBefore(23))
                .feedback(2, "prompt_declined", hoursBefore(23))
                .feedback(2, "prompt_accepted", hoursBefore(22))
                .feedback(3, "prompt_accepted", hoursBefore(23))
                .feedback(3, "prompt_declined", hoursBefore(22))
                .feedback(4, "prompt_declined", hoursBefore(25))
                // After the as-of instant nothing is known yet.
                .feedback(4, "prompt_declined", hoursBefore(-0.5))
                .write();

        Map<Long, List<String>> declined =
                Map.of(1L, List.of("prompt_declined"), 2L, List.of(), 3L, List.of("prompt_declined"), 4L, List.of());
        assertEquals(declined, reasons(world));
        assertEquals(
                List.of("prompt_declined"),
                reasons(world, "rules.prompt_declined.days=2").get(4L));
    }

    @Test
    void whoAskedForLessIsLeftAloneUntilItAsksForMore() {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2, 3, 4, 5, 6)
                .post(10, 6, hoursBefore(80))
                .notification(1, 10, 6, hoursBefore(72), "disliked_at", hoursBefore(70))
                .notification(2, 10, 6, hoursBefore(72), "disliked_at", hoursBefore(70))
                .feedback(2, "see_more_often", hoursBefore(60))
                .feedback(3, "see_less_often", hoursBefore(100), "notification_type", "popular")
                .feedback(4, "see_less_often", hoursBefore(24 * 7 + 1))
                .notification(5, 10, 6, hoursBefore(72), "opened_at", hoursBefore(70))
                .write();

        Map<Long, List<String>> asked = reasons(world, "rules.asked_for_less=on");
        assertEquals(
                Map.of(
                        1L, List.of("asked_for_less"),
                        2L, List.of(),
                        3L, List.of("asked_for_less"),
                        4L, List.of(),
                        5L, List.of(),
                        6L, List.of()),
                asked);
        assertTrue(reasons(world).values().stream().allMatch(List::isEmpty), "it is off where nobody asks for it");
    }

    @Test
    void anAccountThatSharesItsDeviceWithALivelierOneMayBeDormant() {
        TinyWorld world = new TinyWorld(directory)
                .user(1, "last_visit_at", hoursBefore(24 * 40))
                .user(2, "last_visit_at", hoursBefore(3))
                .user(3, "last_visit_at", hoursBefore(24 * 40))
                .user(4, "last_visit_at", hoursBefore(24 * 20))
                .user(5)
                .user(6, "created_at", hoursBefore(1))
                .user(7, "last_visit_at", hoursBefore(24 * 60))
                .user(8, "last_visit_at", hoursBefore(24 * 50))
                .device(6, "device_id", 100L)
                .device(7)
                .device(8, "device_id", 7L)
                .device(1, "device_id", 100L)
                .device(2, "device_id", 100L)
                .device(2, "device_id", 101L)
                .device(4, "device_id", 101L)
                .device(5, "device_id", 101L)
                .device(3)
                .write();

        assertEquals(
                Map.of(
                        1L, List.of("secondary_dormant"),
                        2L, List.of(),
                        3L, List.of(),
                        4L, List.of(),
                        5L, List.of("secondary_dormant"),
                        6L, List.of(),
                        7L, List.of(),
                        8L, List.of()),
                reasons(world),
                "6 is new; of 7 and 8 nobody came");
        assertEquals(
                List.of("secondary_dormant"),
                reasons(world, "rules.secondary_dormant.days=10").get(4L));
    }

    @Test
    void fatigueIsSwitchedOnByASetting() {
        TinyWorld world = new TinyWorld(directory)
                .user(1, "last_visit_at", hoursBefore(10))
                .user(2, "last_visit_at", hoursBefore(30))
                .device(1)
                .device(2)
                .post(10, 1, hoursBefore(20))
                .engagement(2, 1, 10L, "like", hoursBefore(7))
                .write();

        assertEquals(Map.of(1L, List.of(), 2L, List.of()), reasons(world));
        assertEquals(
                Map.of(1L, List.of("visited_recently"), 2L, List.of("acted_recently")),
                reasons(world, "rules.visited_recently=on", "rules.acted_recently=on"));
    }

    @Test
    void theSameUsersAreHeldBackOnEveryDayAndMoreOfThemWithAGreaterShare() {
        TinyWorld world = new TinyWorld(directory);
        for (long user = 1; user <= 400; user++) {
            world.people(user);
        }
        world.write();

        List<Long> few = heldBack(world, 50);
        List<Long> more = heldBack(world, 200);
        assertTrue(few.size() >= 8 && few.size() <= 36, few.size() + " of 400 users, 20 expected");
        assertTrue(more.size() >= 56 && more.size() <= 106, more.size() + " of 400 users, 80 expected");
        assertTrue(more.containsAll(few), "groups are nested");
        assertEquals(few, heldBack(world, 50));
    }

    private static List<Long> heldBack(TinyWorld world, int perThousand) {
        return reasons(world, "rules.held_back.per_thousand=" + perThousand).entrySet().stream()
                .filter(entry -> entry.getValue().equals(List.of("held_back")))
                .map(Map.Entry::getKey)
                .toList();
    }
}
