package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.simulate.Policy;
import io.pushrank.jobs.simulate.Simulation;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.world.BuiltInPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description =
                "Runs policies day after day over the last days of a generated world, whose people answer: what they"
                        + " open, and when they have had enough. Each --config is a policy, named as its file. It all goes to"
                        + " simulation/POLICY below --output.")
final class SimulateCommand implements Runnable {
    private static final List<String> USUAL = List.of("random", Policy.DEFAULT, "oracle");

    @Mixin
    private RunOptions options;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = "A policy to compare with: none, random, popular, recent, oracle, or default for the shipped"
                    + " settings. Repeatable. Without any policy and --config: random, default and oracle.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--days",
            paramLabel = "N",
            required = true,
            description = "How many of the world's last days are run.")
    private int days;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of what policies draw. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--retrain-every",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "After every K days, each --config and default go on training their heavy ranker with the last"
                            + " answered week of their own log, and put it in use. Default: ${DEFAULT-VALUE}, never.")
    private int retrainEvery;

    @Override
    public void run() {
        if (options.isDateGiven()) {
            throw PushrankException.usage("simulate runs the last --days of the world, and takes no --date");
        }
        SparkSession spark = options.session("simulate");
        LocalDate last = options.date(spark);
        Map<String, Policy> policies = new LinkedHashMap<>();
        List<String> chosen = names.isEmpty() && options.configs().isEmpty() ? USUAL : names;
        chosen.forEach(name -> add(policies, named(spark, name, last)));
        options.configs()
                .forEach(file -> add(
                        policies, new Policy.Configured(name(file), options.vocabulary(spark, List.of(file), last))));
        Bounds.ofOptions(() -> {
            Bounds.atLeast("--days", days, 1);
            Bounds.atLeast("--retrain-every", retrainEvery, 0);
        });
        Layout given = options.layout();
        Layout layout = new Layout(given.input(), given.output() + "/simulation", given.models());
        new Simulation(spark, layout, List.copyOf(policies.values()), days, seed, retrainEvery, System.out)
                .run()
                .publish(options.storage(spark), System.out);
    }

    private static void add(Map<String, Policy> policies, Policy policy) {
        if (!policy.name().matches("[A-Za-z0-9_]+")) {
            throw PushrankException.usage(
                    "a policy's name must be letters, digits and underscores, as its folder has it, but" + " is "
                            + policy.name());
        }
        if (policies.put(policy.name(), policy) != null) {
            throw PushrankException.usage(
                    "policies must have names of their own, but " + policy.name() + " is there twice");
        }
    }

    private Policy named(SparkSession spark, String given, LocalDate last) {
        String name = given.toLowerCase(Locale.ROOT);
        if (name.equals(Policy.DEFAULT)) {
            return new Policy.Configured(name, options.vocabulary(spark, List.of(), last));
        }
        return Stream.of(BuiltInPolicy.values())
                .map(Policy.BuiltIn::new)
                .filter(policy -> policy.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> PushrankException.usage("--policy must be one of none, random, popular, recent, oracle"
                                + " and default, but is " + given));
    }

    /** The file's name without folder and ending. */
    private static String name(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        int point = name.lastIndexOf('.');
        return point > 0 ? name.substring(0, point) : name;
    }
}
