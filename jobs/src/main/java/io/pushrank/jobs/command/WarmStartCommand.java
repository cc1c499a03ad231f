package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.train.WarmStart;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warm-start heavy|light}. */
@Command(
        name = "warm-start",
        mixinStandardHelpOptions = true,
        description = "Writes a trained ranker for another feature list as a new version, for training to go on from.")
final class WarmStartCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "RANKER",
            defaultValue = "heavy",
            description = "heavy or light. Default: ${DEFAULT-VALUE}.")
    private String kind;

    @Option(
            names = "--from",
            paramLabel = "VERSION",
            converter = VersionConverter.class,
            required = true,
            description = "The trained version.")
    private String from;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            converter = LocationConverter.class,
            required = true,
            description = "The new feature list, of both rankers.")
    private String features;

    @Option(
            names = "--model-version",
            paramLabel = "NAME",
            converter = VersionConverter.class,
            description = "Name of the new version. Default: the next number.")
    private String version;

    @Option(
            names = "--labels",
            paramLabel = "KIND",
            converter = LabelsConverter.class,
            description = "Kind of the examples that new features are measured on. Default: notifications for the heavy"
                    + " ranker, candidates for the light one; used when --output has examples of the new list.")
    private ExampleLabels labels;

    @Override
    public Integer call() {
        ModelKind ranker;
        try {
            ranker = ModelKind.of(kind);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
        SparkSession spark = options.session("warm-start");
        Layout layout = options.layout();
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        FeatureList list = options.features(spark, features);
        try {
            WarmStart start = new WarmStart(ModelPackage.open(layout.models(), ranker, from, hadoop), features, list);
            Dataset<Row> examples = examples(new ExampleTable(spark, layout), ranker, list);
            ModelPackage written = start.write(
                    examples,
                    layout.models(),
                    TrainCommand.versionOf(options, spark, ranker.folder(), version),
                    hadoop);
            System.out.printf("%s: digest %s%n", written.directory(), written.digest());
            System.out.println("added: " + start.added() + ", removed: " + start.removed());
            System.out.println("statistics of added features: "
                    + (examples == null ? "mean 0, variance 1 (no examples of the new list)" : "measured on examples"));
            System.out.println("not in use: go on with train " + ranker + " --warm-start " + written.version());
            return 0;
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    /** Examples that were made with the new list; null when there are none and none were asked for. */
    private Dataset<Row> examples(ExampleTable table, ModelKind ranker, FeatureList list) {
        boolean isAsked = labels != null;
        try {
            if (!table.features().equals(list)) {
                if (isAsked) {
                    throw PushrankException.usage(
                            "the examples in --output were made with another list than " + features);
                }
                return null;
            }
            ExampleLabels chosen = isAsked
                    ? labels
                    : ranker == ModelKind.HEAVY ? ExampleLabels.NOTIFICATIONS : ExampleLabels.CANDIDATES;
            return table.read(chosen, null, null);
        } catch (PushrankException none) {
            if (isAsked) {
                throw none;
            }
            return null;
        }
    }
}
