package io.pushrank.jobs.command;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.run.Backfill;
import java.time.LocalDate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code backfill}. */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        description =
                "Runs every stage of each day of a range, the first day first. What is published already is not done"
                        + " again, so that it goes on where it was stopped.")
final class BackfillCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Mixin
    private ChoiceOptions choices;

    @Option(names = "--from", paramLabel = "YYYY-MM-DD", required = true, description = "First day.")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "YYYY-MM-DD", required = true, description = "Last day.")
    private LocalDate to;

    @Override
    public void run() {
        if (options.isDateGiven()) {
            throw PushrankException.usage("backfill takes --from and --to, not --date");
        }
        if (from.isAfter(to)) {
            throw PushrankException.usage("--from " + from + " is after --to " + to);
        }
        new Backfill(System.out).run(from, to, day -> options.run("backfill", day, to, choices.choices()));
    }
}
