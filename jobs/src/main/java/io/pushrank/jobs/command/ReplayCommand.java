package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.evaluate.PolicyEvaluation;
import io.pushrank.jobs.evaluate.Replay;
import io.pushrank.jobs.stage.Vocabulary;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description =
                "Says what quality control of --date would have sent with the settings of --config and --set, beside what"
                        + " it sent. It publishes nothing of the day.")
final class ReplayCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Mixin
    private PolicyOptions policy;

    @Override
    public void run() {
        PolicyEvaluation.Settings estimate = policy.settings();
        SparkSession spark = options.session("replay");
        LocalDate date = options.date(spark);
        List<ConfigFile> layers = options.layers(spark, date);
        Vocabulary vocabulary = Vocabulary.of(layers.get(layers.size() - 1));
        new Replay(spark, options.layout(), vocabulary, layers)
                .evaluate(date, estimate)
                .publish(options.storage(spark), System.out);
    }
}
