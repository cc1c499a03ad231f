package io.pushrank.jobs.command;

import io.pushrank.jobs.bench.Bench;
import io.pushrank.jobs.bench.BenchContext;
import io.pushrank.jobs.bench.Benches;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.table.Storage;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench NAME}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures speed or quality beside its roof; prints the figures and saves them as JSON.")
final class BenchCommand implements Runnable {
    @Parameters(paramLabel = "NAME", description = "What to measure; an unknown name lists the known ones.")
    private String name;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measurements of each figure; the median counts. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            description = "Data that the bench does not make itself: for higgs, the folder of the SNAP files.")
    private String data;

    @Option(
            names = "--params",
            paramLabel = "FILE",
            converter = LocationConverter.class,
            description =
                    "Params of the heavy ranker that soak scores with. Default: the full-size conf/models/heavy.yaml.")
    private String params;

    @Option(
            names = "--users",
            paramLabel = "N",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "For day and examples: accounts of each world that is measured. Default: ${DEFAULT-VALUE}.")
    private List<Long> users;

    @Option(
            names = "--days",
            paramLabel = "D",
            defaultValue = "14",
            description = "For day and examples: days of the worlds. Default: ${DEFAULT-VALUE}.")
    private int days;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "7",
            description = "For day and examples: decides every row of the worlds. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--skewed",
            description =
                    "For day and examples: worlds with accounts and a post that have far more than their share of rows.")
    private boolean isSkewed;

    @Override
    public void run() {
        Bench bench = Benches.all().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> PushrankException.usage("there is no bench " + name + ", there are:\n"
                        + Benches.all().stream()
                                .map(known -> "  " + known.name() + ": " + known.summary())
                                .collect(Collectors.joining("\n"))));
        Bounds.ofOptions(() -> {
            Bounds.atLeast("--rounds", rounds, 1);
            users.forEach(each -> Bounds.atLeast("--users", each, 50));
            // The last two of them are run.
            Bounds.atLeast("--days", days, 4);
        });
        SparkSession spark = Sessions.open("bench " + name);
        String directory = RunOptions.benchDirectory();
        Metrics metrics = bench.measure(new BenchContext(
                spark,
                directory + "/" + name,
                data,
                params,
                rounds,
                new BenchContext.Worlds(users, days, seed, isSkewed, RunOptions.sampleModels()),
                PushrankCommand::execute,
                System.out));
        String file = directory + "/" + name + ".json";
        new Storage(spark.sparkContext().hadoopConfiguration()).write(file, metrics.toJson());
        System.out.println(metrics.toJson() + "written to " + file);
    }
}
