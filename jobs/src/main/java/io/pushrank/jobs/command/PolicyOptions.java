package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.evaluate.PolicyEvaluation;
import picocli.CommandLine.Option;

/** What a policy is judged by, and when it is not. */
final class PolicyOptions {
    @Option(
            names = "--value",
            paramLabel = "VALUE",
            defaultValue = "OONC",
            description =
                    "What a send is worth: ${COMPLETION-CANDIDATES}: opened or clicked, or opened and engaged with."
                            + " Default: ${DEFAULT-VALUE}.")
    private PolicyEvaluation.Value value;

    @Option(
            names = "--min-propensity",
            paramLabel = "P",
            defaultValue = "0.001",
            description = "Decisions of the log that were less likely do not count as support, 0 to 1."
                    + " Default: ${DEFAULT-VALUE}.")
    private double minPropensity;

    @Option(
            names = "--max-unsupported",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "Share of the policy's decisions that the log need not support, 0 to 1."
                    + " Default: ${DEFAULT-VALUE}.")
    private double maxUnsupported;

    @Option(
            names = "--min-effective-size",
            paramLabel = "N",
            defaultValue = "100",
            description = "Effective number of decisions below which there is no answer. Default: ${DEFAULT-VALUE}.")
    private int minEffectiveSize;

    /** Checked; out of its bounds it is a usage error. */
    PolicyEvaluation.Settings settings() {
        return Bounds.ofOptions(
                () -> new PolicyEvaluation.Settings(value, minPropensity, maxUnsupported, minEffectiveSize));
    }
}
