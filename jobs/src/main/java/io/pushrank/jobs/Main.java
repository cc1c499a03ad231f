package io.pushrank.jobs;

import io.pushrank.jobs.command.PushrankCommand;
import java.util.Locale;

/** The one main class, for spark-submit and for the embedded run: one verb, its options. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Numbers that are printed look the same wherever a run is started.
        Locale.setDefault(Locale.ROOT);
        System.exit(PushrankCommand.execute(arguments));
    }
}
