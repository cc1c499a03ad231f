package io.pushrank.jobs.world;

import io.pushrank.jobs.config.Bounds;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.stream.IntStream;

/**
 * What decides every row of a synthetic world.
 *
 * @param users accounts, 50 to 2^31
 * @param days days of events, 2 to 4096, of a skewed world 4 at least
 * @param seed any
 * @param lastDay day on which the daily run is made; its events go on until midnight, so that labels exist
 * @param snapshotEveryDays days between two snapshots of the state tables, at least 1; the last day always has one
 * @param asOfHour hour (UTC) of the as-of instant of each day, 0 to 15: what is sent 8 h later is still of that day
 * @param isSkewed whether there are accounts and a post with far more than their share of the rows, as {@link Skew} has them
 */
public record WorldOptions(
        long users, int days, long seed, LocalDate lastDay, int snapshotEveryDays, int asOfHour, boolean isSkewed)
        implements Serializable {
    private static final long SECONDS_PER_DAY = 86_400;

    public WorldOptions {
        Bounds.within("users", (double) users, 50, 1L << 31);
        // The events of a skewed world's busiest account lie two seconds apart.
        Bounds.within("days", days, isSkewed ? 4 : 2, 4096);
        Bounds.within("snapshotEveryDays", snapshotEveryDays, 1, 4096);
        Bounds.within("asOfHour", asOfHour, 0, 15);
        Bounds.require(lastDay != null, "lastDay", "a date", lastDay);
    }

    /** The as-of hour is 12, and nothing is skewed. */
    public WorldOptions(long users, int days, long seed, LocalDate lastDay, int snapshotEveryDays) {
        this(users, days, seed, lastDay, snapshotEveryDays, 12, false);
    }

    /** The same world with its rows spread as unevenly as in real networks. */
    public WorldOptions skewed() {
        return new WorldOptions(users, days, seed, lastDay, snapshotEveryDays, asOfHour, true);
    }

    /** Day 0 is the first, {@code days - 1} the last. */
    LocalDate date(int day) {
        return lastDay.minusDays(days - 1L - day);
    }

    /** First second of the day since 1970 (UTC). */
    long startOf(int day) {
        return (lastDay.toEpochDay() - (days - 1L) + day) * SECONDS_PER_DAY;
    }

    /** First second of the world. */
    long start() {
        return startOf(0);
    }

    /** First second after the world. */
    long end() {
        return startOf(days - 1) + SECONDS_PER_DAY;
    }

    long asOf(int day) {
        return startOf(day) + asOfHour * 3600L;
    }

    /** Day of an instant; it may lie outside the world. */
    int dayOf(long second) {
        return Math.toIntExact(Math.floorDiv(second - start(), SECONDS_PER_DAY));
    }

    /** Every {@code snapshotEveryDays}-th day from the first, and the last. */
    int[] snapshotDays() {
        return IntStream.range(0, days)
                .filter(day -> day % snapshotEveryDays == 0 || day == days - 1)
                .toArray();
    }

    /**
     * A snapshot holds what comes into being until the next one, so that no event ever lacks its account; readers hide
     * what comes after their as-of instant.
     */
    long snapshotEnd(int day) {
        int next = day + snapshotEveryDays - day % snapshotEveryDays;
        return day == days - 1 ? end() : startOf(Math.min(next, days - 1));
    }
}
