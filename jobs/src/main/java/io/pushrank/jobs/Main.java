package io.pushrank.jobs;

import io.pushrank.jobs.command.PushrankCommand;

/** The one main class, for spark-submit and for the embedded run: one verb, its options. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(PushrankCommand.execute(arguments));
    }
}
