package io.pushrank.jobs.command;

import io.pushrank.jobs.run.Choices;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The options of verbs that publish stages. */
final class ChoiceOptions {
    @Option(
            names = "--force",
            description =
                    "Does stages again whose rows are published already, of the same inputs, code, settings and models.")
    private boolean isForced;

    @Option(
            names = "--accept",
            paramLabel = "GATE",
            description = "A gate that may fail in this run, such as input_volume; the manifest says so. Repeatable.")
    private Set<String> accepted = new TreeSet<>();

    Choices choices() {
        return new Choices(isForced, accepted);
    }
}
