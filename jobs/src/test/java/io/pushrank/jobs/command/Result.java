package io.pushrank.jobs.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command line gave back: its exit code, and what it printed on standard output and standard error. */
record Result(int exitCode, String out, String err) {
    /** Runs a command line in this JVM. */
    static Result of(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
            int exitCode = PushrankCommand.execute(arguments);
            return new Result(
                    exitCode, printed.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** All of it, wherever it was printed. */
    String printed() {
        return out + err;
    }
}
