package io.pushrank.jobs.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tiles}. */
@Command(
        name = "tiles",
        mixinStandardHelpOptions = true,
        description =
                "Makes the partial aggregates of the days that a run looks back on, where they are missing; daily does so, too.")
final class TilesCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Mixin
    private ChoiceOptions choices;

    @Override
    public void run() {
        options.run("tiles", choices.choices()).tiles();
    }
}
