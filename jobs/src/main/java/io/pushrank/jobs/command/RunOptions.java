package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.gate.Gates;
import io.pushrank.jobs.run.AsOf;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.RefusedRun;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureFunctions;
import io.pushrank.udf.feature.FeatureList;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The options that verbs have in common. */
final class RunOptions {
    /** Folder of the checkout, set by the launcher; the defaults lie in it. */
    private static final String HOME = System.getProperty("pushrank.home", ".");

    private static final String SHIPPED_FEATURES = "conf/features.yaml";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            converter = LocationConverter.class,
            description = "Settings to lay over conf/pushrank.yaml. Repeatable: each over the one before.")
    private List<String> configs = new ArrayList<>();

    @Option(
            names = "--conf",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            description = "A folder, or a zip of one, to lay over conf: sources, facts, rules, features and settings.")
    private String conf;

    @Option(
            names = "--date",
            paramLabel = "YYYY-MM-DD",
            description = "Day of the run. Default: the day of the latest snapshot of users.")
    private LocalDate date;

    @Option(
            names = "--input",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            description = "Input tables. Default: sample-data.")
    private String input = HOME + "/sample-data";

    @Option(
            names = "--output",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            description = "Outputs. Default: jobs/target/output.")
    private String output = HOME + "/jobs/target/output";

    @Option(
            names = "--models",
            paramLabel = "DIR",
            converter = LocationConverter.class,
            description = "Models. Default: sample-data/models.")
    private String models = sampleModels();

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "A single setting, its key with dots; before the file of --config. Repeatable.")
    private List<String> settings = new ArrayList<>();

    /** Adds a setting that an option of a verb is short for. */
    void set(String setting) {
        settings.add(setting);
    }

    /**
     * The chosen feature list, or when none is chosen the shipped one with the features of {@code --conf}; it calls no function
     * that the session has not.
     */
    FeatureList features(SparkSession spark, String file) {
        try {
            FeatureList features = file == null
                    ? of(folder(spark), ConfFolder.FEATURES)
                    : parsed(text(spark, file, ConfFolder.FEATURES));
            FeatureFunctions.require(spark, features);
            return features;
        } catch (FeatureException e) {
            throw refused(file, e);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    /** The features of the two towers of retrieval: those of conf, and what --conf lays over them. */
    FeatureList towers(SparkSession spark) {
        try {
            FeatureList features = of(folder(spark), ConfFolder.TOWERS);
            FeatureFunctions.require(spark, features);
            return features;
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    private static FeatureList of(ConfFolder folder, String file) {
        return folder.layers(file).stream()
                .map(layer -> FeatureList.parse(layer.name(), layer.text()))
                .reduce(FeatureList::with)
                .orElseThrow();
    }

    private static FeatureList parsed(NamedText text) {
        return FeatureList.parse(text.name(), text.text());
    }

    /** What becomes of a verb whose feature list has a feature that cannot be calculated. */
    static PushrankException refused(String file, FeatureException problem) {
        return PushrankException.usage((file == null ? SHIPPED_FEATURES : file) + ": " + problem.getMessage());
    }

    /** Text of the chosen file, or of the shipped one when none is chosen. */
    NamedText text(SparkSession spark, String chosen, String shipped) {
        try {
            return chosen == null
                    ? new NamedText(shipped, Resources.text(shipped))
                    : new NamedText(chosen, read(spark, chosen));
        } catch (UncheckedIOException e) {
            throw PushrankException.usage("file " + chosen + " cannot be read: " + e.getMessage());
        }
    }

    /** Where benches leave their figures. */
    static String benchDirectory() {
        return HOME + "/jobs/target/bench";
    }

    /** Models of the sample world. */
    static String sampleModels() {
        return HOME + "/sample-data/models";
    }

    Layout layout() {
        return new Layout(input, output, models);
    }

    SparkSession session(String verb) {
        return Sessions.open(verb);
    }

    Storage storage(SparkSession spark) {
        return new Storage(spark.sparkContext().hadoopConfiguration());
    }

    /**
     * Settings, facts, sources and rules, all of them checked.
     *
     * @throws PushrankException with exit code 2 when something cannot be used
     */
    Vocabulary vocabulary(SparkSession spark) {
        return Vocabulary.of(settings(spark));
    }

    /** With as many partitions as the number of users asks for; inputs that cannot be read are for validation to refuse. */
    private ConfigFile partitioned(SparkSession spark, ConfigFile settings, LocalDate day) {
        RankingConfig config = settings.config();
        if (!config.isPartitionedByUsers()) {
            return settings;
        }
        try {
            long users = new Inputs(spark, layout(), config, day, day, Findings.none()).rows(Table.USERS);
            return settings.set("output_partitions=" + RankingConfig.partitionsOf(users));
        } catch (PushrankException | UncheckedIOException unreadable) {
            return settings;
        }
    }

    private ConfFolder folder(SparkSession spark) {
        return conf == null ? ConfFolder.shipped() : ConfFiles.over(storage(spark), conf);
    }

    /** The files of {@code --config}. */
    List<String> configs() {
        return configs;
    }

    /**
     * As {@link #vocabulary(SparkSession)}, with as many partitions as a day's users ask for.
     *
     * @param chosen files of settings, in place of those of {@code --config}
     */
    Vocabulary vocabulary(SparkSession spark, List<String> chosen, LocalDate day) {
        return Vocabulary.of(partitioned(spark, settings(spark, chosen), day));
    }

    private ConfigFile settings(SparkSession spark) {
        return settings(spark, configs);
    }

    private ConfigFile settings(SparkSession spark, List<String> chosen) {
        List<ConfigFile> layers = layers(spark, chosen);
        return layers.get(layers.size() - 1);
    }

    /** The settings of conf, then with each file of {@code --config} and each {@code --set} over them: the last has all. */
    List<ConfigFile> layers(SparkSession spark, LocalDate day) {
        List<ConfigFile> layers = layers(spark, configs);
        ConfigFile last = partitioned(spark, layers.get(layers.size() - 1), day);
        String partitions = "output_partitions=" + last.config().outputPartitions();
        return Stream.concat(
                        layers.subList(0, layers.size() - 1).stream()
                                .map(layer -> layer.find("output_partitions")
                                                .filter(Integer.valueOf(0)::equals)
                                                .isPresent()
                                        ? layer.set(partitions)
                                        : layer),
                        Stream.of(last))
                .toList();
    }

    private List<ConfigFile> layers(SparkSession spark, List<String> chosen) {
        ConfigFile file = ConfigFile.of(folder(spark));
        List<ConfigFile> layers = new ArrayList<>(List.of(file));
        for (String config : chosen) {
            try {
                file = file.over(config, read(spark, config));
            } catch (UncheckedIOException e) {
                throw PushrankException.usage("--config " + config + " cannot be read: " + e.getMessage());
            }
            layers.add(file);
        }
        for (String setting : settings) {
            file = file.set(setting);
            layers.add(file);
        }
        return layers;
    }

    /** Text of a file at a path, or of one that spark-submit sent along ({@code --files}), by its bare name. */
    private String read(SparkSession spark, String file) {
        String sent = "file:" + SparkFiles.get(file);
        boolean isSent = !file.contains("/") && storage(spark).exists(sent);
        return storage(spark).read(isSent ? sent : file);
    }

    LocalDate date(SparkSession spark) {
        return date != null ? date : Inputs.latestDay(storage(spark), layout());
    }

    boolean isDateGiven() {
        return date != null;
    }

    Run run(String verb, Choices choices) {
        return run(verb, date(session(verb)), choices);
    }

    /** The run of a day that {@code --date} or the latest snapshot of users gave. */
    Run run(String verb, LocalDate day, Choices choices) {
        return date != null
                ? run(verb, "--date " + day, day, day, choices, "")
                : run(verb, day + ", by the latest snapshot of users,", day, day, choices, ": give --date");
    }

    /** The run of a day in a range of days that ends with {@code --to}. */
    Run run(String verb, LocalDate day, LocalDate to, Choices choices) {
        return run(verb, "--to " + to, day, to, choices, "");
    }

    /**
     * @param name of the last day, in messages
     * @param last day that must not be in the future
     */
    private Run run(String verb, String name, LocalDate day, LocalDate last, Choices choices, String advice) {
        SparkSession spark = session(verb);
        Vocabulary vocabulary;
        Set<String> accepted;
        try {
            vocabulary = Vocabulary.of(partitioned(spark, settings(spark), day));
            AsOf.requirePast(name, vocabulary.config().asOf(last), Clock.systemUTC(), advice);
            accepted = Gates.accepted(vocabulary.config().gates().accepted(), choices.accepted());
        } catch (PushrankException refusal) {
            RefusedRun.record(storage(spark), layout(), verb, day, refusal);
            throw refusal;
        }
        return new Run(
                spark,
                layout(),
                vocabulary,
                day,
                verb,
                new Choices(choices.isForced(), accepted),
                new Progress(System.out));
    }
}
