package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** Failures by exit code and full text. */
public final class Expect {
    private Expect() {}

    public static void failure(ExitCode exitCode, String message, Executable action) {
        PushrankException failure = assertThrows(PushrankException.class, action);
        assertAll(() -> assertEquals(message, failure.getMessage()), () -> assertEquals(exitCode, failure.exitCode()));
    }

    /** For messages that end with what a library says, bytes or paths of its own in it. */
    public static void failureMatching(ExitCode exitCode, String pattern, Executable action) {
        PushrankException failure = assertThrows(PushrankException.class, action);
        assertAll(
                () -> assertLinesMatch(List.of(pattern), List.of(failure.getMessage())),
                () -> assertEquals(exitCode, failure.exitCode()));
    }
}
