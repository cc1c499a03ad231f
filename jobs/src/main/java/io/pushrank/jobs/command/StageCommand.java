package io.pushrank.jobs.command;

import io.pushrank.jobs.stage.Stage;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One stage by its name: what a scheduler starts as one task. */
@Command(mixinStandardHelpOptions = true)
final class StageCommand implements Runnable {
    private final Stage stage;

    @Mixin
    private RunOptions options;

    @Mixin
    private ChoiceOptions choices;

    StageCommand(Stage stage) {
        this.stage = stage;
    }

    @Override
    public void run() {
        options.run(stage.verb(), choices.choices()).stages(List.of(stage));
    }
}
