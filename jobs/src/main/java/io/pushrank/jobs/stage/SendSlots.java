package io.pushrank.jobs.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * When a user may be sent something before the next run: walks the clock from the as-of instant. Instants are microseconds
 * since 1970 UTC, as exact as the deliveries that are known, and durations microseconds.
 */
final class SendSlots {
    private static final long DAY = TimeUnit.DAYS.toMicros(1);

    private SendSlots() {}

    /**
     * The earliest instants, at most so many, that keep the spacing and never put more than the cap into any 24 hours.
     *
     * @param sent instants of earlier sends, in order
     * @param lastSent the last of all earlier sends, however long ago; null when there is none
     * @param asOf first instant that can be a slot; the last lies less than 24 h later
     * @return instants in order
     */
    static List<Long> allot(List<Long> sent, Long lastSent, long spacing, int cap, long asOf, int most) {
        List<Long> all = new ArrayList<>(sent);
        List<Long> slots = new ArrayList<>();
        Long last = lastSent;
        while (slots.size() < most && cap > 0) {
            long slot = last == null ? asOf : Math.max(asOf, last + spacing);
            if (all.size() >= cap) {
                // The window that ends at the slot is free again a day after the send that fills it.
                slot = Math.max(slot, all.get(all.size() - cap) + DAY);
            }
            if (slot >= asOf + DAY) {
                break;
            }
            slots.add(slot);
            all.add(slot);
            last = slot;
        }
        return slots;
    }
}
