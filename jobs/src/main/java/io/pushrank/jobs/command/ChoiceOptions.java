package io.pushrank.jobs.command;

import io.pushrank.jobs.run.Choices;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options of verbs that publish stages. */
final class ChoiceOptions {
    @Option(
            names = "--force",
            description =
                    "Does stages again whose rows are published already, of the same inputs, code, settings and models.")
    private boolean isForced;

    Choices choices() {
        return new Choices(isForced, Set.of());
    }
}
