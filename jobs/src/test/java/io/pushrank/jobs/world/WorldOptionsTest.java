package io.pushrank.jobs.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class WorldOptionsTest {
    private static final LocalDate LAST_DAY = LocalDate.parse("2026-03-14");

    @Test
    void anOptionOutOfBoundsIsNamedWithItsValueAndBounds() {
        assertRejected(
                "users must be between 50 and 2147483648, but is 49", () -> new WorldOptions(49, 14, 1, LAST_DAY, 1));
        assertRejected("days must be between 2 and 4096, but is 1", () -> new WorldOptions(300, 1, 1, LAST_DAY, 1));
        assertRejected(
                "snapshotEveryDays must be between 1 and 4096, but is 0",
                () -> new WorldOptions(300, 14, 1, LAST_DAY, 0));
        assertRejected(
                "asOfHour must be between 0 and 15, but is 16",
                () -> new WorldOptions(300, 14, 1, LAST_DAY, 1, 16, false));
        assertRejected(
                "days must be between 4 and 4096, but is 3", () -> new WorldOptions(300, 3, 1, LAST_DAY, 1).skewed());
        assertRejected("lastDay must be a date, but is null", () -> new WorldOptions(300, 14, 1, null, 1));
    }

    @Test
    void theLastDayAlwaysHasASnapshot() {
        assertArrayEquals(new int[] {0, 7, 13}, new WorldOptions(300, 14, 1, LAST_DAY, 7).snapshotDays());
        assertArrayEquals(new int[] {0, 1, 2}, new WorldOptions(300, 3, 1, LAST_DAY, 1).snapshotDays());
    }

    @Test
    void aSnapshotHoldsWhatComesUntilTheNext() {
        WorldOptions options = new WorldOptions(300, 14, 1, LAST_DAY, 7);
        assertEquals(options.startOf(7), options.snapshotEnd(0));
        assertEquals(options.startOf(13), options.snapshotEnd(7));
        assertEquals(options.end(), options.snapshotEnd(13));
    }

    private static void assertRejected(String message, Executable options) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, options).getMessage());
    }
}
