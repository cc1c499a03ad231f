package io.pushrank.jobs.command;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.Examples;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureList;
import java.time.LocalDate;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code examples}. */
@Command(
        name = "examples",
        mixinStandardHelpOptions = true,
        description = "Makes training examples: features as of instants of the past, labels of what followed."
                + " Ends at --date, or at the latest day whose labels are complete.")
final class ExamplesCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "First day. Default: a week before the last.")
    private LocalDate from;

    @Option(
            names = "--every-hours",
            paramLabel = "H",
            defaultValue = "24",
            description = "Hours between two as-of instants. Default: ${DEFAULT-VALUE}.")
    private int everyHours;

    @Option(
            names = "--labels",
            paramLabel = "KIND",
            description = "notifications, engagements or candidates; short for --set examples.labels=KIND.")
    private String labels;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            converter = LocationConverter.class,
            description = "Feature list. Default: conf/features.yaml.")
    private String featuresFile;

    @Override
    public void run() {
        if (labels != null) {
            options.set("examples.labels=" + labels);
        }
        SparkSession spark = options.session("examples");
        FeatureList features = options.features(spark, featuresFile);
        LocalDate to = options.isDateGiven()
                ? options.date(spark)
                : options.date(spark).minusDays(1);
        LocalDate first = from == null ? to.minusDays(6) : from;
        Run run = options.run("examples", to, Choices.NONE);
        // After the settings are known to be usable: it writes.
        new ExampleTable(spark, options.layout()).claim(features);
        Vocabulary vocabulary = options.vocabulary(spark);
        Examples examples = new Examples(spark, options.layout(), vocabulary, features);
        run.other(first, (findings, publisher, progress, reports, notes) -> {
            try {
                examples.write(
                        Examples.instants(vocabulary.config(), first, to, everyHours),
                        findings,
                        publisher,
                        progress,
                        reports,
                        notes);
            } catch (FeatureException e) {
                throw RunOptions.refused(featuresFile, e);
            }
        });
    }
}
