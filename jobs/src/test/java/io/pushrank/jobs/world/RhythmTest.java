package io.pushrank.jobs.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RhythmTest {
    private static final Rhythm COMMUTER = new Rhythm(true, 8, 2);
    private static final Rhythm NIGHT = new Rhythm(false, 23.5, 2);

    @Test
    void commutersLookTwiceOnWorkingDaysAndOnceAtWeekends() {
        assertEquals(1, attention(COMMUTER, "2026-03-13T08:00"), 1e-12);
        assertEquals(1, attention(COMMUTER, "2026-03-13T18:00"), 1e-12);
        assertTrue(attention(COMMUTER, "2026-03-13T13:00") < -0.9);
        assertEquals(1, attention(COMMUTER, "2026-03-14T12:00"), 1e-12, "Saturday noon");
        assertTrue(attention(COMMUTER, "2026-03-14T18:00") < -0.7);
    }

    @Test
    void nightPeopleLookLateAroundMidnightOnAllDays() {
        assertEquals(attention(NIGHT, "2026-03-13T22:30"), attention(NIGHT, "2026-03-14T00:30"), 1e-12);
        assertEquals(attention(NIGHT, "2026-03-13T23:30"), attention(NIGHT, "2026-03-15T23:30"), 1e-12);
        assertEquals(2 * Math.exp(-0.5) - 1, attention(NIGHT, "2026-03-14T01:30"), 1e-12, "a width from the peak");
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2026-03-28T08:00, 2026-03-30T08:00",
        "Europe/Berlin, 2026-10-24T08:00, 2026-10-26T08:00",
        "America/New_York, 2026-03-07T08:00, 2026-03-09T08:00",
        "America/New_York, 2026-10-31T08:00, 2026-11-02T08:00",
        "Australia/Sydney, 2026-04-04T08:00, 2026-04-06T08:00",
        "Asia/Kolkata, 2026-03-28T08:00, 2026-03-30T08:00"
    })
    void thePersonsClockDecidesAlsoWhenItIsMoved(String zone, String before, String after) {
        WorldModel model = WorldModel.of(new WorldOptions(2_000, 30, 7, LocalDate.parse("2026-03-14"), 7));
        Person person = IntStream.rangeClosed(1, 2_000)
                .mapToObj(id -> model.population().person(id))
                .filter(each -> each.zone().equals(ZoneId.of(zone)))
                .findFirst()
                .orElseThrow();
        for (String local : new String[] {before, after}) {
            long utc = LocalDateTime.parse(local).atZone(person.zone()).toEpochSecond();

            assertEquals(LocalDateTime.parse(local).toEpochSecond(ZoneOffset.UTC), utc + person.secondsFromUtc(utc));
        }
    }

    @Test
    void visitsComeNearThePeaks() {
        for (double spread : new double[] {0, 0.25, 0.5, 0.75, 0.999}) {
            double hour = COMMUTER.hour(local("2026-03-13T12:00"), 0.2, spread);

            assertTrue(Math.abs(hour - 8) <= 2.4 * 2, () -> "hour " + hour);
        }
        assertEquals(18, COMMUTER.hour(local("2026-03-13T12:00"), 0.7, 0.5), 1e-12, "the second peak");
        assertEquals(12, COMMUTER.hour(local("2026-03-14T12:00"), 0.7, 0.5), 1e-12, "at weekends there is one");
    }

    private static double attention(Rhythm rhythm, String local) {
        return rhythm.attention(local(local));
    }

    private static long local(String local) {
        return LocalDateTime.parse(local).toEpochSecond(ZoneOffset.UTC);
    }
}
