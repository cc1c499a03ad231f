package io.pushrank.jobs.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code validate}. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Holds the input tables against their contract; rows that cannot be used go to quarantine.")
final class ValidateCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Mixin
    private ChoiceOptions choices;

    @Override
    public void run() {
        options.run("validate", choices.choices()).validate();
    }
}
