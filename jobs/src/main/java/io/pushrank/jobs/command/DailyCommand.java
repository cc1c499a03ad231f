package io.pushrank.jobs.command;

import io.pushrank.jobs.stage.Stage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code daily}. */
@Command(
        name = "daily",
        mixinStandardHelpOptions = true,
        description = "Runs every stage of a day, from inputs to sends. With no options, on sample-data.")
final class DailyCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Mixin
    private ChoiceOptions choices;

    @Override
    public void run() {
        options.run("daily", choices.choices()).stages(Stage.all());
    }
}
