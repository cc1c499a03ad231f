package io.pushrank.jobs.command;

import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.world.World;
import io.pushrank.jobs.world.WorldOptions;
import java.time.LocalDate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code generate}. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Makes a synthetic world whose true probabilities are known, for --input of the other verbs.")
final class GenerateCommand implements Runnable {
    @Option(names = "--users", paramLabel = "N", required = true, description = "Accounts.")
    private long users;

    @Option(names = "--days", paramLabel = "D", required = true, description = "Days of events.")
    private int days;

    @Option(names = "--seed", paramLabel = "S", required = true, description = "Decides every row.")
    private long seed;

    @Option(
            names = "--last-day",
            paramLabel = "YYYY-MM-DD",
            defaultValue = "2026-03-14",
            description = "Day to run on. Default: ${DEFAULT-VALUE}.")
    private LocalDate lastDay;

    @Option(
            names = "--snapshot-every",
            paramLabel = "DAYS",
            defaultValue = "1",
            description = "Days between snapshots of the state tables. Default: ${DEFAULT-VALUE}.")
    private int snapshotEvery;

    @Option(
            names = "--skewed",
            description =
                    "Adds an account that 30 %% of all follow, one that follows 5,000, one with 100,000 engagements,"
                            + " and a post that draws 10 %% of all engagements.")
    private boolean isSkewed;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            required = true,
            description = "Folder of the world.")
    private String output;

    @Override
    public void run() {
        WorldOptions options = new WorldOptions(users, days, seed, lastDay, snapshotEvery);
        World.generate(Sessions.open("generate"), isSkewed ? options.skewed() : options, output);
        System.out.println("world written to " + output);
    }
}
