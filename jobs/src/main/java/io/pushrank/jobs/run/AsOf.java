package io.pushrank.jobs.run;

import io.pushrank.jobs.exit.PushrankException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The instant at which a run decides. */
public final class AsOf {
    /** Clocks of two machines differ. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private AsOf() {}

    /**
     * Checks that the instant is past: the inputs of a day that is not over yet would be taken for complete.
     *
     * @param day what gave the day, as the message begins
     * @param advice what the message ends with; may be empty
     * @throws PushrankException with exit code 2 when it is in the future, by more than a minute
     */
    public static void requirePast(String day, Instant asOf, Clock clock, String advice) {
        Instant now = clock.instant();
        if (asOf.isAfter(now.plus(SKEW))) {
            throw PushrankException.usage(day + " decides at " + asOf + ", which must not be in the future, but now is "
                    + now.truncatedTo(ChronoUnit.SECONDS) + advice);
        }
    }
}
