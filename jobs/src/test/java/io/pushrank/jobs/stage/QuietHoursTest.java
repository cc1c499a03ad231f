package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuietHoursTest {
    @Test
    void theyReachOverMidnightAndNoneAreNone() {
        ZoneId utc = ZoneId.of("UTC");
        QuietHours night = new QuietHours(22, 8);

        assertTrue(night.cover(Instant.parse("2026-03-14T22:00:00Z"), utc));
        assertTrue(night.cover(Instant.parse("2026-03-15T07:59:59Z"), utc));
        assertFalse(night.cover(Instant.parse("2026-03-15T08:00:00Z"), utc));
        assertFalse(new QuietHours(13, 15).cover(Instant.parse("2026-03-15T15:00:00Z"), utc));
        assertFalse(QuietHours.NONE.cover(Instant.parse("2026-03-15T00:00:00Z"), utc));
    }

    @ParameterizedTest
    @CsvSource({
        // zone, quiet from and until, an instant in them, and their end
        "UTC, 22, 8, 2026-03-14T23:30:00Z, 2026-03-15T08:00:00Z",
        "Asia/Kolkata, 22, 8, 2026-03-14T20:00:00Z, 2026-03-15T02:30:00Z",
        // Clocks forward: the night is an hour shorter; 2:00 does not exist and is 3:00.
        "Europe/Berlin, 22, 8, 2026-03-28T22:00:00Z, 2026-03-29T06:00:00Z",
        "Europe/Berlin, 0, 2, 2026-03-29T00:30:00Z, 2026-03-29T01:00:00Z",
        "America/New_York, 22, 8, 2026-03-08T04:00:00Z, 2026-03-08T12:00:00Z",
        // Clocks back: the night is an hour longer, and an hour that comes twice is quiet twice.
        "Europe/Berlin, 22, 8, 2026-10-24T21:00:00Z, 2026-10-25T07:00:00Z",
        "Europe/Berlin, 1, 3, 2026-10-25T00:30:00Z, 2026-10-25T02:00:00Z",
        "America/New_York, 22, 8, 2026-11-01T03:00:00Z, 2026-11-01T13:00:00Z",
        // By half an hour.
        "Australia/Lord_Howe, 22, 8, 2026-04-04T12:00:00Z, 2026-04-04T21:30:00Z",
        "Australia/Lord_Howe, 22, 8, 2026-10-03T12:00:00Z, 2026-10-03T21:00:00Z",
        // A whole day that Samoa left out, 2011-12-30.
        "Pacific/Apia, 22, 8, 2011-12-30T09:00:00Z, 2011-12-30T18:00:00Z"
    })
    void theyEndByTheClockOfTheZone(String zone, int from, int until, String instant, String end) {
        QuietHours quiet = new QuietHours(from, until);
        ZoneId id = ZoneId.of(zone);

        assertTrue(quiet.cover(Instant.parse(instant), id), instant + " is quiet");
        assertEquals(
                Instant.parse(end),
                Instant.EPOCH.plus(quiet.end(micros(instant), id), ChronoUnit.MICROS),
                () -> from + " to " + until + " in " + zone);
    }

    @Test
    void whereverTheyEndTheInstantIsNotQuietAndAllBeforeItAre() {
        for (String zone : List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")) {
            ZoneId id = ZoneId.of(zone);
            for (int from = 0; from < 24; from++) {
                QuietHours quiet = new QuietHours(from, (from + 7) % 24);
                for (String day : List.of("2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24")) {
                    long start = micros(day + "T00:00:00Z");
                    for (int halfHours = 0; halfHours < 96; halfHours++) {
                        long at = start + halfHours * 1_800_000_000L;
                        long naive = at;
                        while (quiet.cover(Instant.EPOCH.plus(naive, ChronoUnit.MICROS), id)) {
                            naive += 1_800_000_000L;
                        }
                        assertEquals(naive, quiet.end(at, id), quiet + " in " + zone + " at " + at);
                    }
                }
            }
        }
    }

    private static long micros(String instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(instant));
    }
}
