package io.pushrank.jobs.stage;

import java.io.Serializable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;

/**
 * When users may be sent something before the next run. Instants are microseconds since 1970 UTC, as exact as the deliveries that
 * are known, and durations microseconds.
 *
 * @param asOf first instant that can be a slot
 * @param window the last slot lies less than this after the first instant; at most 24 h
 * @param quiet when there is none
 */
record SendSlots(long asOf, long window, QuietHours quiet) implements Serializable {
    private static final long DAY = TimeUnit.DAYS.toMicros(1);
    /** Best slots are looked for on this grid: finer than people's habits, and fine enough for zones of half hours. */
    private static final long STEP = TimeUnit.MINUTES.toMicros(30);

    /**
     * What a user's slots depend on.
     *
     * @param sent instants of the sends of the last 24 h, in order
     * @param lastSent the last of all earlier sends, however long ago; null when there is none
     * @param spacing least time between two sends
     * @param cap most sends in any 24 h
     * @param zone of the user's clock
     */
    record Recipient(List<Long> sent, Long lastSent, long spacing, int cap, ZoneId zone) {
        Recipient {
            sent = List.copyOf(sent);
        }

        /** First instant at which a send of a run, below the cap and counted from 0, keeps it; a run lies within a day. */
        private long free(int number, long asOf) {
            int filling = sent.size() + number - cap;
            // The 24 hours that end at a slot are free again a day after the send that fills them.
            return filling >= 0 ? Math.max(asOf, sent.get(filling) + DAY) : asOf;
        }
    }

    /**
     * The earliest slots, at most so many, that keep spacing, cap and quiet hours.
     *
     * @return instants in order
     */
    List<Long> earliest(Recipient recipient, int most) {
        List<Long> slots = new ArrayList<>();
        Long last = recipient.lastSent();
        while (slots.size() < Math.min(most, recipient.cap())) {
            long free = recipient.free(slots.size(), asOf);
            long spaced = last == null ? free : Math.max(free, last + recipient.spacing());
            long slot = quiet.end(spaced, recipient.zone());
            if (slot >= asOf + window) {
                break;
            }
            slots.add(slot);
            last = slot;
        }
        return slots;
    }

    /**
     * As many slots as there are earliest ones, at the half hours that together promise the most openings; the earlier ones where
     * several promise as much.
     *
     * @param openRates P(open) by hour of the recipient's clock, 24 numbers
     * @return instants in order
     */
    List<Long> best(Recipient recipient, int most, List<Double> openRates) {
        List<Long> earliest = earliest(recipient, most);
        if (earliest.isEmpty()) {
            return earliest;
        }
        long[] instants = instants(recipient, earliest);
        double[] rates = Arrays.stream(instants)
                .mapToDouble(at -> openRates.get(DateTimeUtils.microsToInstant(at)
                        .atZone(recipient.zone())
                        .getHour()))
                .toArray();
        // promised[i]: the most that the sends from the number on promise, the first of them at the i-th instant or
        // later.
        int[][] chosen = new int[earliest.size()][instants.length];
        double[] promised = new double[instants.length + 1];
        for (int number = earliest.size() - 1; number >= 0; number--) {
            double[] later = promised;
            promised = new double[instants.length + 1];
            promised[instants.length] = Double.NEGATIVE_INFINITY;
            int next = instants.length;
            for (int at = instants.length - 1; at >= 0; at--) {
                while (next > at && instants[next - 1] - instants[at] >= recipient.spacing()) {
                    next--;
                }
                boolean isFree = instants[at] >= recipient.free(number, asOf);
                double here = !isFree
                        ? Double.NEGATIVE_INFINITY
                        : rates[at] + (number == earliest.size() - 1 ? 0 : later[next]);
                boolean isBest = here >= promised[at + 1] && here > Double.NEGATIVE_INFINITY;
                promised[at] = isBest ? here : promised[at + 1];
                chosen[number][at] = isBest ? at : at + 1 < instants.length ? chosen[number][at + 1] : instants.length;
            }
        }
        return walk(chosen, instants, recipient.spacing());
    }

    private static List<Long> walk(int[][] chosen, long[] instants, long spacing) {
        List<Long> slots = new ArrayList<>();
        int from = 0;
        for (int[] choice : chosen) {
            int at = choice[from];
            slots.add(instants[at]);
            from = at;
            while (from < instants.length && instants[from] - instants[at] < spacing) {
                from++;
            }
        }
        return slots;
    }

    /** The half hours that are not quiet and far enough from the last send, and the earliest slots, which may lie between them. */
    private long[] instants(Recipient recipient, List<Long> earliest) {
        TreeSet<Long> instants = new TreeSet<>(earliest);
        for (long at = asOf; at < asOf + window; at += STEP) {
            if (at > earliest.get(0) && !quiet.cover(DateTimeUtils.microsToInstant(at), recipient.zone())) {
                instants.add(at);
            }
        }
        return instants.stream().mapToLong(Long::longValue).toArray();
    }
}
