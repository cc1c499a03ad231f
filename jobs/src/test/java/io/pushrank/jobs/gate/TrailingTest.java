package io.pushrank.jobs.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the days before are taken together as. */
class TrailingTest {
    @Test
    void oneDayThatWasOddDoesNotMoveTheMedian() {
        assertEquals(300, Trailing.median(List.of(300.0, 1_000_000.0, 290.0)));
        assertEquals(
                310, Trailing.median(List.of(320.0, 1_000_000.0, 290.0, 300.0)), "the mean of the two in the middle");
    }

    @Test
    void daysAreAddedUpBinByBin() {
        assertEquals(
                Map.of("=fr", 5L, "=en", 1L),
                Trailing.pooled(List.of(Map.of("=fr", 2L), Map.of("=fr", 3L, "=en", 1L), Map.of())));
    }

    /** CRC-32 of fr is 3430272718, of en 4082745666: by 20 there remain 18 and 6. */
    @Test
    void whereOneDayHasBucketsAllDo() {
        assertEquals(
                Map.of("#18", 6L, "#6", 1L), Trailing.pooled(List.of(Map.of("#18", 4L), Map.of("=fr", 2L, "=en", 1L))));
    }

    @Test
    void countsAreWrittenAsPeopleReadThem() {
        assertEquals("1,234,567", Trailing.count(1_234_567L));
        assertEquals("232.5", Trailing.count(232.5));
        assertEquals("232", Trailing.count(232.0));
    }
}
