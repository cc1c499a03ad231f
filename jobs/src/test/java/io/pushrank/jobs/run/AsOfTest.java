package io.pushrank.jobs.run;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.exit.ExitCode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class AsOfTest {
    private static Clock at(String now) {
        return Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
    }

    @Test
    void anInstantInTheFutureIsRefused() {
        Instant asOf = Instant.parse("2027-01-01T12:00:00Z");

        Expect.failure(
                ExitCode.USAGE,
                "--date 2027-01-01 decides at 2027-01-01T12:00:00Z, which must not be in the future, but now is"
                        + " 2026-11-29T08:00:00Z: give --date",
                () -> AsOf.requirePast("--date 2027-01-01", asOf, at("2026-11-29T08:00:00.123Z"), ": give --date"));
        Expect.failure(
                ExitCode.USAGE,
                "--to 2027-01-01 decides at 2027-01-01T12:00:00Z, which must not be in the future, but now is"
                        + " 2027-01-01T11:58:59Z",
                () -> AsOf.requirePast("--to 2027-01-01", asOf, at("2027-01-01T11:58:59Z"), ""));
    }

    @Test
    void clocksMayDifferByAMinute() {
        Instant asOf = Instant.parse("2027-01-01T12:00:00Z");

        AsOf.requirePast("--date 2027-01-01", asOf, at("2027-01-01T11:59:00Z"), "");
        AsOf.requirePast("--date 2027-01-01", asOf, at("2027-01-01T12:00:00Z"), "");
    }
}
