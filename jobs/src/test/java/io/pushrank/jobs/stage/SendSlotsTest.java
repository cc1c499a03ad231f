package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SendSlotsTest {
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final long DAY = 24 * HOUR;
    /** Everything in the random histories lies on this grid, so that an oracle can try every instant. */
    private static final long STEP = HOUR / 2;

    /** Noon of the day before Europe puts its clocks forward, 2026-03-28. */
    private static final long AS_OF = 20_540 * DAY + 12 * HOUR;

    private static final List<ZoneId> ZONES = Stream.of(
                    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
            .map(ZoneId::of)
            .toList();

    private static final SendSlots ALL_DAY = new SendSlots(AS_OF, DAY, QuietHours.NONE);

    @Test
    void aUserWithoutHistoryIsSentTheFirstAtTheAsOfInstantAndTheOthersSpacedOut() {
        assertEquals(
                List.of(AS_OF, AS_OF + 4 * HOUR, AS_OF + 8 * HOUR), ALL_DAY.earliest(user(List.of(), 4 * HOUR, 5), 3));
    }

    @Test
    void aCapOfZeroLeavesNoSlot() {
        assertEquals(List.of(), ALL_DAY.earliest(user(List.of(), 0, 0), 3));
    }

    @Test
    void spacingReachesAcrossTheAsOfInstant() {
        long last = AS_OF - HOUR;

        assertEquals(List.of(AS_OF + 3 * HOUR), ALL_DAY.earliest(user(List.of(last), 4 * HOUR, 5), 1));
    }

    @Test
    void aSendOfADayAgoCountsNoMoreAndOneOfAMicrosecondLessHoldsItsPlace() {
        long old = AS_OF - DAY;

        assertEquals(List.of(AS_OF), ALL_DAY.earliest(user(List.of(old), 0, 1), 1));
        assertEquals(List.of(AS_OF + 1), ALL_DAY.earliest(user(List.of(old + 1), 0, 1), 1));
    }

    @Test
    void slotsOfTheRunItselfFillTheCap() {
        assertEquals(List.of(AS_OF, AS_OF), ALL_DAY.earliest(user(List.of(), 0, 2), 5));
    }

    @Test
    void noSlotIsADayAwayOrMoreOrOutsideOfTheWindow() {
        long last = AS_OF - 1;

        assertEquals(List.of(), ALL_DAY.earliest(user(List.of(last), DAY + 1, 5), 1));
        assertEquals(List.of(AS_OF + DAY - 1), ALL_DAY.earliest(user(List.of(last), DAY, 5), 2));
        SendSlots eightHours = new SendSlots(AS_OF, 8 * HOUR, QuietHours.NONE);
        assertEquals(List.of(AS_OF, AS_OF + 4 * HOUR), eightHours.earliest(user(List.of(), 4 * HOUR, 5), 5));
    }

    @Test
    void whatFallsIntoQuietHoursWaitsForTheirEnd() {
        // Noon UTC is 20:00 in Shanghai: the second send is due at midnight and leaves at 8:00.
        SendSlots nightly = new SendSlots(AS_OF, DAY, new QuietHours(22, 8));

        assertEquals(
                List.of(AS_OF, AS_OF + 12 * HOUR, AS_OF + 16 * HOUR),
                nightly.earliest(new SendSlots.Recipient(List.of(), null, 4 * HOUR, 3, ZoneId.of("Asia/Shanghai")), 3));
    }

    @Test
    void theBestHourIsTakenAndTheEarlierOfTwo() {
        List<Double> rates = rates(hour -> hour == 18 || hour == 19 ? 0.3 : 0.1);

        assertEquals(List.of(AS_OF + 6 * HOUR), ALL_DAY.best(user(List.of(), 4 * HOUR, 5), 1, rates));
        // Two of them, four hours apart, cannot both have it.
        assertEquals(List.of(AS_OF, AS_OF + 6 * HOUR), ALL_DAY.best(user(List.of(), 4 * HOUR, 5), 2, rates));
        assertEquals(List.of(AS_OF), ALL_DAY.best(user(List.of(), 4 * HOUR, 5), 1, rates(hour -> 0.1)));
    }

    @Test
    void slotsAreThoseThatTryingEveryInstantFinds() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            SendSlots slots = slots(random);
            SendSlots.Recipient user = user(random);
            int most = 1 + random.nextInt(6);

            assertEquals(
                    naive(slots, user, most), slots.earliest(user, most), slots + " of " + user + ", at most " + most);
        }
    }

    @Test
    void theBestSlotsPromiseAsMuchAsTheBestOfAllThatThereAre() {
        Random random = new Random(11);
        for (int round = 0; round < 1_000; round++) {
            SendSlots slots = slots(random);
            SendSlots.Recipient user = user(random);
            int most = 1 + random.nextInt(3);
            List<Double> rates = rates(hour -> random.nextInt(5) / 8.0);
            String shown = slots + " of " + user + ", at most " + most + ", rates " + rates;

            List<Long> best = slots.best(user, most, rates);

            List<Long> earliest = slots.earliest(user, most);
            assertEquals(earliest.size(), best.size(), shown);
            for (int number = 0; number < best.size(); number++) {
                assertTrue(isPossible(slots, user, best.subList(0, number), best.get(number)), shown);
            }
            assertEquals(
                    mostPromised(slots, user, List.of(), best.size(), rates),
                    promised(user, best, rates),
                    1e-12,
                    shown);
        }
    }

    private static double mostPromised(
            SendSlots slots, SendSlots.Recipient user, List<Long> before, int more, List<Double> rates) {
        if (more == 0) {
            return promised(user, before, rates);
        }
        double most = Double.NEGATIVE_INFINITY;
        for (long at = before.isEmpty() ? AS_OF : before.get(before.size() - 1);
                at < AS_OF + slots.window();
                at += STEP) {
            if (isPossible(slots, user, before, at)) {
                List<Long> with = new ArrayList<>(before);
                with.add(at);
                most = Math.max(most, mostPromised(slots, user, with, more - 1, rates));
            }
        }
        return most;
    }

    private static double promised(SendSlots.Recipient user, List<Long> slots, List<Double> rates) {
        return slots.stream()
                .mapToDouble(at -> rates.get(local(at, user.zone()).getHour()))
                .sum();
    }

    private static List<Long> naive(SendSlots slots, SendSlots.Recipient user, int most) {
        List<Long> found = new ArrayList<>();
        for (long at = AS_OF; at < AS_OF + slots.window() && found.size() < most; ) {
            if (isPossible(slots, user, found, at)) {
                found.add(at);
            } else {
                at += STEP;
            }
        }
        return found;
    }

    private static boolean isPossible(SendSlots slots, SendSlots.Recipient user, List<Long> before, long at) {
        List<Long> all = new ArrayList<>(user.sent());
        all.addAll(before);
        Long last = before.isEmpty() ? user.lastSent() : before.get(before.size() - 1);
        int hour = local(at, user.zone()).getHour();
        QuietHours quiet = slots.quiet();
        boolean isQuiet = false;
        for (int each = quiet.from(); each != quiet.until(); each = (each + 1) % 24) {
            isQuiet |= each == hour;
        }
        return !isQuiet
                && all.stream().filter(instant -> instant > at - DAY).count() < user.cap()
                && (last == null || at - last >= user.spacing());
    }

    private static ZonedDateTime local(long micros, ZoneId zone) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atZone(zone);
    }

    private static List<Double> rates(IntToDoubleFunction byHour) {
        return IntStream.range(0, 24).mapToDouble(byHour).boxed().toList();
    }

    private static SendSlots slots(Random random) {
        QuietHours quiet =
                random.nextBoolean() ? QuietHours.NONE : new QuietHours(random.nextInt(24), random.nextInt(24));
        return new SendSlots(AS_OF, HOUR * (1 + random.nextInt(24)), quiet);
    }

    private static SendSlots.Recipient user(Random random) {
        List<Long> sent = new ArrayList<>();
        for (long at = AS_OF - DAY + STEP; at < AS_OF; at += STEP) {
            if (random.nextInt(10) == 0) {
                sent.add(at);
            }
        }
        Long older = random.nextBoolean() ? AS_OF - DAY - STEP * random.nextInt(96) : null;
        Long last = sent.isEmpty() ? older : sent.get(sent.size() - 1);
        return new SendSlots.Recipient(
                sent, last, STEP * random.nextInt(20), random.nextInt(7), ZONES.get(random.nextInt(ZONES.size())));
    }

    /** In UTC. */
    private static SendSlots.Recipient user(List<Long> sent, long spacing, int cap) {
        return new SendSlots.Recipient(
                sent, sent.isEmpty() ? null : sent.get(sent.size() - 1), spacing, cap, ZoneOffset.UTC);
    }
}
