package io.pushrank.jobs.stage;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;

/**
 * Hours of a recipient's clock in which nothing is sent, from the first until the second, over midnight where that is the earlier
 * one; none where both are equal. Days on which the clock is changed have them shorter or longer, as their nights are.
 *
 * @param from local hour, 0 to 23
 * @param until local hour, 0 to 23
 */
record QuietHours(int from, int until) implements Serializable {
    /** None at all. */
    static final QuietHours NONE = new QuietHours(0, 0);

    /** Whether an instant lies in them. */
    boolean cover(Instant instant, ZoneId zone) {
        int hour = instant.atZone(zone).getHour();
        return from <= until ? hour >= from && hour < until : hour >= from || hour < until;
    }

    /**
     * The instant itself, or their end where it lies in them.
     *
     * @param micros microseconds since 1970 UTC
     */
    long end(long micros, ZoneId zone) {
        Instant instant = DateTimeUtils.microsToInstant(micros);
        if (!cover(instant, zone)) {
            return micros;
        }
        LocalDate day = instant.atZone(zone).toLocalDate();
        // Where the clock is put back the hour after their end may lie in them once more.
        Instant end = instant;
        while (cover(end, zone)) {
            ZonedDateTime next = day.atTime(until, 0).atZone(zone);
            end = next.toInstant().isAfter(end) ? next.toInstant() : end;
            day = day.plusDays(1);
        }
        return DateTimeUtils.instantToMicros(end);
    }
}
