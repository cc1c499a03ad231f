package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.evaluate.ExampleRange;
import io.pushrank.jobs.evaluate.Promotion;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.udf.model.ModelKind;
import java.time.LocalDate;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code promote heavy|light}. */
@Command(
        name = "promote",
        mixinStandardHelpOptions = true,
        description = "Puts a version in use when it beats the one in use on the same examples; else exit code 5.")
final class PromoteCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which model: heavy or light?");
    }

    @Command(
            name = "heavy",
            mixinStandardHelpOptions = true,
            description = "A heavy ranker, when its PR-AUC of OONC is higher by the margin.")
    int heavy(
            @Mixin RunOptions options,
            @Mixin PromotionOptions chosen,
            @Option(
                            names = "--weighted",
                            description =
                                    "Each example counts by its weight: where examples.negatives_share is below 1,"
                                            + " for all that were not drawn too. Default: all count alike.")
                    boolean isWeighted) {
        return promote("promote heavy", options, chosen, ModelKind.HEAVY, isWeighted, ExampleLabels.NOTIFICATIONS);
    }

    @Command(
            name = "light",
            mixinStandardHelpOptions = true,
            description = "A light ranker, when it keeps more of the heavy ranker's best 10 by the margin.")
    int light(@Mixin RunOptions options, @Mixin PromotionOptions chosen) {
        return promote("promote light", options, chosen, ModelKind.LIGHT, false, ExampleLabels.CANDIDATES);
    }

    private static int promote(
            String verb,
            RunOptions options,
            PromotionOptions chosen,
            ModelKind kind,
            boolean isWeighted,
            ExampleLabels defaultLabels) {
        SparkSession spark = options.session(verb);
        ExampleRange range =
                new ExampleRange(chosen.labels == null ? defaultLabels : chosen.labels, chosen.from, chosen.to, null);
        Promotion promotion =
                new Promotion(spark, options.layout(), options.vocabulary(spark).config());
        return promotion.promote(kind, chosen.version, chosen.margin, isWeighted, range)
                ? ExitCode.DONE.code()
                : ExitCode.MODEL_REJECTED.code();
    }

    /** Which version, on which examples. */
    static final class PromotionOptions {
        @Option(
                names = "--model-version",
                paramLabel = "NAME",
                converter = VersionConverter.class,
                required = true,
                description = "The version that wants to be in use.")
        private String version;

        @Option(
                names = "--margin",
                paramLabel = "SHARE",
                defaultValue = "0.01",
                description = "Least gain, relative to the version in use. Default: ${DEFAULT-VALUE}.")
        private double margin;

        @Option(
                names = "--labels",
                paramLabel = "KIND",
                converter = LabelsConverter.class,
                description = "Kind of the examples' labels. Default: notifications for heavy, candidates for light.")
        private ExampleLabels labels;

        @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "First day of the examples.")
        private LocalDate from;

        @Option(names = "--to", paramLabel = "YYYY-MM-DD", description = "Last day of the examples.")
        private LocalDate to;
    }
}
