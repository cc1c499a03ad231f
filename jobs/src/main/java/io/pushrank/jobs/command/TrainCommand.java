package io.pushrank.jobs.command;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.collaborative.Collaborative;
import io.pushrank.jobs.communities.Communities;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.SentItems;
import io.pushrank.jobs.examples.SplitExamples;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.realgraph.RealGraph;
import io.pushrank.jobs.stage.TowerFeatures;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.train.RetrievalTraining;
import io.pushrank.jobs.train.Training;
import io.pushrank.jobs.train.TrainingThreads;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train heavy|light|collaborative|retrieval|communities|real_graph}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a model, writes it as a new version; the first is put in use, see promote.")
final class TrainCommand implements Runnable {
    /** No name of a version. */
    private static final String IN_USE = "champion";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which model: heavy, light, collaborative, retrieval, communities or real_graph?");
    }

    @Command(name = "heavy", mixinStandardHelpOptions = true, description = "The heavy ranker, on what followed sends.")
    int heavy(
            @Mixin RunOptions options,
            @Mixin ExampleOptions examples,
            @Option(
                            names = "--workers",
                            paramLabel = "K",
                            defaultValue = "1",
                            description =
                                    "Spark tasks that train together, each with its share of every batch; what they learn is the"
                                            + " same but for rounding. All must run at the same time, and reach each other and the"
                                            + " folder of the models. Default: ${DEFAULT-VALUE}, this process alone.")
                    int workers) {
        Bounds.ofOptions(() -> Bounds.atLeast("--workers", workers, 1));
        if (workers > 1 && examples.isExportOnly) {
            throw PushrankException.usage("--workers must be left out with --export-best, which learns nothing more");
        }
        return train(
                "train heavy",
                options,
                examples,
                workers,
                "heavy",
                ExampleLabels.NOTIFICATIONS,
                (spark, training, version, start, params) -> training.heavy(
                        version,
                        params == null ? HeavyParams.of(start) : HeavyParams.parse(params.name(), params.text())));
    }

    @Command(
            name = "light",
            mixinStandardHelpOptions = true,
            description = "The light ranker, on the heavy ranker's scores of the same candidates, or on what was sent.")
    int light(@Mixin RunOptions options, @Mixin ExampleOptions examples) {
        return train(
                "train light",
                options,
                examples,
                1,
                "light",
                ExampleLabels.CANDIDATES,
                (spark, training, version, start, params) -> training.light(
                        version,
                        params == null ? LightParams.of(start) : LightParams.parse(params.name(), params.text()),
                        new SentItems(spark, options.layout())));
    }

    @Command(
            name = "collaborative",
            mixinStandardHelpOptions = true,
            description = "The collaborative source's model, on all engagements before the as-of instant of --date.")
    int collaborative(@Mixin RunOptions options, @Mixin VersionOption chosen) {
        SparkSession spark = options.session("train collaborative");
        Facts facts = options.vocabulary(spark).facts();
        LocalDate date = options.date(spark);
        String name = versionOf(options, spark, Table.RECOMMENDED_AUTHORS.modelFolder(), chosen.version);
        try (Relations relations = Relations.of(
                spark,
                options.layout(),
                facts,
                date,
                facts.config().asOf(date),
                Findings.none(),
                Set.of(Table.ENGAGEMENTS, Table.RECOMMENDED_AUTHORS))) {
            System.out.printf(
                    "collaborative/%s: %,d recommended authors%n", name, Collaborative.train(relations, name));
        }
        return 0;
    }

    @Command(
            name = "retrieval",
            mixinStandardHelpOptions = true,
            description =
                    "The two towers of the source two_tower, on what followed sends, or on what users acted on. Puts"
                            + " them in use.")
    int retrieval(@Mixin RunOptions options, @Mixin HistoryOptions chosen) {
        ExampleLabels labels = chosen.labels(ExampleLabels.NOTIFICATIONS);
        if (labels == ExampleLabels.CANDIDATES) {
            throw PushrankException.usage(
                    "--labels must be notifications or engagements, but is candidates, which have no labels");
        }
        chosen.requireBounds();
        SparkSession spark = options.session("train retrieval");
        Vocabulary vocabulary = options.vocabulary(spark);
        TowerFeatures features = TowerFeatures.of(ConfFolder.TOWERS, options.towers(spark), vocabulary.facts());
        String name = versionOf(options, spark, Table.FEATURE_EMBEDDINGS.modelFolder(), chosen.version.version);
        try {
            new RetrievalTraining(spark, options.layout(), vocabulary, features)
                    .train(
                            new ExampleTable(spark, options.layout()).read(labels, chosen.from, chosen.to),
                            chosen.holdout,
                            name,
                            System.out::println);
        } catch (FeatureException e) {
            throw PushrankException.usage(ConfFolder.TOWERS + ": " + e.getMessage());
        }
        System.out.println("retrieval/" + name + " is in use");
        return 0;
    }

    @Command(
            name = "communities",
            mixinStandardHelpOptions = true,
            description =
                    "The communities of authors behind the source communities, on all follows before the as-of instant of"
                            + " --date. Puts them in use.")
    int communities(@Mixin RunOptions options, @Mixin VersionOption chosen) {
        SparkSession spark = options.session("train communities");
        Facts facts = options.vocabulary(spark).facts();
        LocalDate date = options.date(spark);
        String name = versionOf(options, spark, Table.COMMUNITIES.modelFolder(), chosen.version);
        try (Relations relations = Relations.of(
                spark,
                options.layout(),
                facts,
                date,
                facts.config().asOf(date),
                Findings.none(),
                Set.of(Table.FOLLOWS))) {
            System.out.printf("communities/%s: %s", name, Json.text(Communities.train(relations, name)));
        }
        return 0;
    }

    @Command(
            name = "real_graph",
            mixinStandardHelpOptions = true,
            description =
                    "How likely each account acts on each other one within a day, from what they did before the as-of"
                            + " instant of --date. Puts it in use.")
    int realGraph(@Mixin RunOptions options, @Mixin VersionOption chosen) {
        SparkSession spark = options.session("train real_graph");
        LocalDate date = options.date(spark);
        Facts facts = options.vocabulary(spark, options.configs(), date).facts();
        String name = versionOf(options, spark, Table.TIE_STRENGTHS.modelFolder(), chosen.version);
        long ties = new RealGraph(spark, options.layout(), facts).train(date, name, System.out::println);
        System.out.printf("real_graph/%s: %,d ties%n", name, ties);
        return 0;
    }

    private static int train(
            String verb,
            RunOptions options,
            ExampleOptions chosen,
            int workers,
            String kind,
            ExampleLabels defaultLabels,
            Trainer train) {
        chosen.requireBounds();
        SparkSession spark = options.session(verb);
        ExampleTable table = new ExampleTable(spark, options.layout());
        ExampleLabels labels = chosen.history.labels(defaultLabels);
        ModelPackage start = chosen.start(
                options.layout().models(),
                ModelKind.of(kind),
                spark.sparkContext().hadoopConfiguration());
        Training training = new Training(
                chosen.examples(table, labels, start),
                table.features(),
                options.layout().models(),
                spark.sparkContext().hadoopConfiguration(),
                System.out::println,
                chosen.settings(start, workers, spark));
        NamedText params = start != null && chosen.params == null
                ? null
                : options.text(spark, chosen.params, "conf/models/" + kind + ".yaml");
        ModelPackage model = train.train(
                spark, training, versionOf(options, spark, kind, chosen.history.version.version), start, params);
        System.out.printf(
                "%s: digest %s, %s%n",
                model.directory(), model.digest(), model.manifest().metrics());
        return 0;
    }

    private interface Trainer {
        /** @param params null: the params of {@code start}, the version that this training begins with */
        ModelPackage train(SparkSession spark, Training training, String version, ModelPackage start, NamedText params);
    }

    /** The chosen name, or one more than the highest number among the versions that are there. */
    static String versionOf(RunOptions options, SparkSession spark, String kind, String chosen) {
        if (chosen != null) {
            return chosen;
        }
        int highest = options.storage(spark).folders(options.layout().models() + "/" + kind).stream()
                .filter(name -> name.matches("[0-9]{1,9}"))
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(0);
        return Integer.toString(highest + 1);
    }

    /** What the new version is called. */
    static final class VersionOption {
        @Option(
                names = "--model-version",
                paramLabel = "NAME",
                converter = VersionConverter.class,
                description = "Name of the new version. Default: the next number.")
        private String version;
    }

    /** Which examples a new version learns from, and which of them are held out. */
    static final class HistoryOptions {
        @Mixin
        private VersionOption version;

        @Option(
                names = "--labels",
                paramLabel = "KIND",
                description = "Kind of the examples' labels. Default: notifications, of the light ranker candidates.")
        private ExampleLabels labels;

        @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "First day of the examples.")
        private LocalDate from;

        @Option(names = "--to", paramLabel = "YYYY-MM-DD", description = "Last day of the examples.")
        private LocalDate to;

        @Option(
                names = "--holdout",
                paramLabel = "SHARE",
                defaultValue = "0.2",
                description =
                        "Share of the instants, the last, above 0 and below 1, for early stopping and, of the heavy ranker, calibration."
                                + " Default:"
                                + " ${DEFAULT-VALUE}.")
        private double holdout;

        private ExampleLabels labels(ExampleLabels usual) {
            return labels == null ? usual : labels;
        }

        private void requireBounds() {
            Bounds.ofOptions(
                    () -> Bounds.require(holdout > 0 && holdout < 1, "--holdout", "above 0 and below 1", holdout));
        }
    }

    /** Which examples, and what to make of them. */
    static final class ExampleOptions {
        @Mixin
        private HistoryOptions history;

        @Option(
                names = "--params",
                paramLabel = "FILE",
                converter = LocationConverter.class,
                description =
                        "Sizes and training settings, where they differ from conf/models/heavy.yaml or light.yaml.")
        private String params;

        @Option(
                names = "--warm-start",
                paramLabel = "VERSION",
                converter = VersionConverter.class,
                description =
                        "Version whose weights the training starts from; its params are the default then. Not for the"
                                + " model logistic.")
        private String warmStart;

        @Option(
                names = "--continue",
                paramLabel = "VERSION",
                arity = "0..1",
                fallbackValue = IN_USE,
                description =
                        "Version whose training goes on: weights, the optimizer's memory, step and running statistics. Without a"
                                + " name the one in use. --from is then the day after the last that it learned from, unless it is"
                                + " given.")
        private String continued;

        @Option(
                names = "--eval-from",
                paramLabel = "YYYY-MM-DD",
                description =
                        "First day of the examples that are held out, instead of --holdout; --to is the day before,"
                                + " unless it is given.")
        private LocalDate evalFrom;

        @Option(
                names = "--eval-to",
                paramLabel = "YYYY-MM-DD",
                description = "Last day of them. Default: the last there is.")
        private LocalDate evalTo;

        @Option(
                names = "--export-best",
                description =
                        "Learns nothing more: the best checkpoint of this training, which was stopped, becomes the"
                                + " version. The other options as they were.")
        private boolean isExportOnly;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "Threads to train with, of each worker; 1 gives the same bytes each time. Default: one a core,"
                                + " of several workers spark.task.cpus.")
        private Integer threads;

        @Option(
                names = "--checkpoint",
                paramLabel = "DIR",
                converter = LocationConverter.class,
                description = "Folder of the training's checkpoints, from the last of which the same command goes on."
                        + " Default: a hidden folder of the version, beside the models.")
        private String checkpoint;

        @Option(
                names = "--checkpoint-every",
                paramLabel = "STEPS",
                defaultValue = "0",
                description = "Steps between checkpoints, beside the one at each evaluation. Default: ${DEFAULT-VALUE},"
                        + " none.")
        private int checkpointEvery;

        @Option(
                names = "--events",
                paramLabel = "DIR",
                converter = LocationConverter.class,
                description = "Folder of TensorBoard's event files. Default: <version>-evaluations/training.")
        private String events;

        private void requireBounds() {
            history.requireBounds();
            Bounds.ofOptions(() -> {
                Bounds.atLeast("--threads", threads == null ? 1 : threads, 1);
                Bounds.atLeast("--checkpoint-every", checkpointEvery, 0);
            });
            if (continued != null && !continued.equals(IN_USE)) {
                Bounds.ofOptions(() -> ModelPackage.requireVersion(continued));
            }
            if (warmStart != null && continued != null) {
                throw PushrankException.usage(
                        "--warm-start and --continue must not both be given: the one begins with the weights alone, the other"
                                + " goes on with the training");
            }
            if (evalTo != null && evalFrom == null) {
                throw PushrankException.usage("--eval-to must come with --eval-from, but stands alone: " + evalTo);
            }
            if (evalFrom != null && history.to != null && !evalFrom.isAfter(history.to)) {
                throw PushrankException.usage("--eval-from must be after --to, " + history.to + ", but is " + evalFrom);
            }
        }

        /** The package that the training begins with; null for random weights. */
        private ModelPackage start(String models, ModelKind kind, Configuration hadoop) {
            if (IN_USE.equals(continued)) {
                return ModelPackage.champion(models, kind, hadoop);
            }
            String version = continued == null ? warmStart : continued;
            return version == null ? null : ModelPackage.open(models, kind, version, hadoop);
        }

        private SplitExamples examples(ExampleTable table, ExampleLabels labels, ModelPackage start) {
            LocalDate from = history.from;
            LocalDate to = history.to == null && evalFrom != null ? evalFrom.minusDays(1) : history.to;
            if (from == null && continued != null) {
                from = nextDay(start);
                if (to != null && from.isAfter(to)) {
                    throw PushrankException.usage(
                            "--continue: " + start.version() + " has learned from all days before " + from
                                    + ", and there is none after them until " + to + ": name a later --to, or --from");
                }
            }
            if (from != null && to != null && from.isAfter(to)) {
                throw PushrankException.usage(
                        "--from must not be after the last day to learn from, " + to + ", but is " + from);
            }
            if (evalFrom == null) {
                return SplitExamples.byShare(table.read(labels, from, to), history.holdout);
            }
            return new SplitExamples(table.read(labels, from, to), table.read(labels, evalFrom, evalTo));
        }

        /** The day after the last that a version learned from. */
        private static LocalDate nextDay(ModelPackage start) {
            return TrainedOn.of(start)
                    .map(range ->
                            LocalDate.ofInstant(range.learned(), ZoneOffset.UTC).plusDays(1))
                    .orElseThrow(() -> PushrankException.usage("--continue: " + start.version()
                            + " does not say which days it learned from: name the first one with --from"));
        }

        private Training.Settings settings(ModelPackage start, int workers, SparkSession spark) {
            int usual = workers == 1
                    ? Runtime.getRuntime().availableProcessors()
                    : spark.sparkContext().conf().getInt("spark.task.cpus", 1);
            int most = threads == null ? usual : threads;
            return new Training.Settings(
                    TrainingThreads.of(most),
                    checkpoint,
                    checkpointEvery,
                    events,
                    start,
                    continued != null,
                    isExportOnly,
                    workers);
        }
    }
}
