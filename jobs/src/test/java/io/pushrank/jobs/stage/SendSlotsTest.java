package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SendSlotsTest {
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final long DAY = 24 * HOUR;
    /** Everything in the random histories lies on this grid, so that an oracle can try every instant. */
    private static final long STEP = HOUR / 2;

    private static final long AS_OF = 1_000 * DAY + 12 * HOUR;

    @Test
    void aUserWithoutHistoryIsSentTheFirstAtTheAsOfInstantAndTheOthersSpacedOut() {
        assertEquals(
                List.of(AS_OF, AS_OF + 4 * HOUR, AS_OF + 8 * HOUR),
                SendSlots.allot(List.of(), null, 4 * HOUR, 5, AS_OF, 3));
    }

    @Test
    void aCapOfZeroLeavesNoSlot() {
        assertEquals(List.of(), SendSlots.allot(List.of(), null, 0, 0, AS_OF, 3));
    }

    @Test
    void spacingReachesAcrossTheAsOfInstant() {
        long last = AS_OF - HOUR;

        assertEquals(List.of(AS_OF + 3 * HOUR), SendSlots.allot(List.of(last), last, 4 * HOUR, 5, AS_OF, 1));
    }

    @Test
    void aSendOfADayAgoCountsNoMoreAndOneOfAMicrosecondLessHoldsItsPlace() {
        long old = AS_OF - DAY;

        assertEquals(List.of(AS_OF), SendSlots.allot(List.of(old), old, 0, 1, AS_OF, 1));
        assertEquals(List.of(AS_OF + 1), SendSlots.allot(List.of(old + 1), old + 1, 0, 1, AS_OF, 1));
    }

    @Test
    void slotsOfTheRunItselfFillTheCap() {
        assertEquals(List.of(AS_OF, AS_OF), SendSlots.allot(List.of(), null, 0, 2, AS_OF, 5));
    }

    @Test
    void noSlotIsADayAwayOrMore() {
        long last = AS_OF - 1;

        assertEquals(List.of(), SendSlots.allot(List.of(last), last, DAY + 1, 5, AS_OF, 1));
        assertEquals(List.of(AS_OF + DAY - 1), SendSlots.allot(List.of(last), last, DAY, 5, AS_OF, 2));
    }

    @Test
    void slotsAreThoseThatTryingEveryInstantFinds() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            List<Long> sent = new ArrayList<>();
            for (long at = AS_OF - DAY + STEP; at < AS_OF; at += STEP) {
                if (random.nextInt(10) == 0) {
                    sent.add(at);
                }
            }
            Long older = random.nextBoolean() ? AS_OF - DAY - STEP * random.nextInt(96) : null;
            Long last = sent.isEmpty() ? older : sent.get(sent.size() - 1);
            long spacing = STEP * random.nextInt(20);
            int cap = random.nextInt(7);
            int most = 1 + random.nextInt(6);
            String round7 =
                    "sent " + sent + ", last " + last + ", spacing " + spacing + ", cap " + cap + ", most " + most;

            assertEquals(
                    naive(sent, last, spacing, cap, most),
                    SendSlots.allot(sent, last, spacing, cap, AS_OF, most),
                    round7);
        }
    }

    private static List<Long> naive(List<Long> sent, Long lastSent, long spacing, int cap, int most) {
        List<Long> all = new ArrayList<>(sent);
        List<Long> slots = new ArrayList<>();
        Long last = lastSent;
        long at = AS_OF;
        while (at < AS_OF + DAY && slots.size() < most) {
            long now = at;
            long within = all.stream().filter(instant -> instant > now - DAY).count();
            if (within < cap && (last == null || at - last >= spacing)) {
                slots.add(at);
                all.add(at);
                last = at;
            } else {
                at += STEP;
            }
        }
        return slots;
    }
}
