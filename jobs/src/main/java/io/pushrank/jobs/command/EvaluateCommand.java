package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.evaluate.Evaluation;
import io.pushrank.jobs.evaluate.ExampleRange;
import io.pushrank.jobs.evaluate.HeavyEvaluation;
import io.pushrank.jobs.evaluate.LightEvaluation;
import io.pushrank.jobs.evaluate.PolicyEvaluation;
import io.pushrank.jobs.evaluate.PublishedPredictions;
import io.pushrank.jobs.evaluate.RankingEvaluation;
import io.pushrank.jobs.evaluate.ScoredRows;
import io.pushrank.jobs.evaluate.SendsEvaluation;
import io.pushrank.jobs.evaluate.SourcesEvaluation;
import io.pushrank.jobs.evaluate.ValueEvaluation;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.importance.ImportanceSettings;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.train.Recalibration;
import io.pushrank.jobs.world.TruthOf;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate heavy|light|sends|ranking|sources|value|policy}. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Holds models and sends against what followed; prints a table and writes metrics.json.")
final class EvaluateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what: heavy, light, sends, ranking, sources, value or policy?");
    }

    @Command(
            name = "heavy",
            mixinStandardHelpOptions = true,
            description = "The heavy ranker in use, on examples; beside, in a synthetic world, the truth.")
    int heavy(
            @Mixin RunOptions options,
            @Mixin RangeOptions range,
            @Mixin PredictionOptions predictions,
            @Option(
                            names = "--calibrate",
                            arity = "0..1",
                            paramLabel = "NAME",
                            fallbackValue = "",
                            description =
                                    "Also fits the calibration on these examples, and writes the ranker with it as a"
                                            + " new version, not put in use: NAME, or the next number. For versions that were"
                                            + " imported or warm-started.")
                    String calibrated,
            @Option(
                            names = "--by-model",
                            description =
                                    "Each version that heavy_rank.models names, on the examples of the recipients whom it"
                                            + " scores.")
                    boolean isByModel,
            @ArgGroup(exclusive = false) ImportanceOptions importance) {
        predictions.check();
        if (isByModel && (range.version != null || calibrated != null || importance != null)) {
            throw PushrankException.usage(
                    "--by-model must stand without --model-version, --calibrate and --importance, which are of one version");
        }
        ImportanceSettings measured = importance == null ? null : importance.settings();
        SparkSession spark = options.session("evaluate heavy");
        Vocabulary vocabulary = options.vocabulary(spark);
        RankingConfig config = vocabulary.config();
        List<ScoredRows> uses = predictions.uses(options, spark, config);
        if (calibrated != null) {
            // First: where it is refused, nothing was published.
            uses.add(0, calibration(options, spark, calibrated));
        }
        HeavyEvaluation.Settings settings = new HeavyEvaluation.Settings(predictions.threshold, measured, uses);
        HeavyEvaluation heavy = new HeavyEvaluation(spark, options.layout(), config);
        ExampleRange examples = range.of(ExampleLabels.NOTIFICATIONS);
        return publish(
                options,
                spark,
                isByModel
                        ? heavy.evaluateByModel(examples, vocabulary, settings, System.out::println)
                        : heavy.evaluate(examples, range.version, settings, System.out::println));
    }

    /** @param name of the new version; empty: the next number */
    private static ScoredRows calibration(RunOptions options, SparkSession spark, String name) {
        Recalibration recalibration = new Recalibration(
                options.layout().models(),
                TrainCommand.versionOf(options, spark, ModelKind.HEAVY.folder(), name.isEmpty() ? null : name),
                spark.sparkContext().hadoopConfiguration(),
                System.out::println);
        return (range, model, rows) -> {
            ModelPackage written = recalibration.write(model, rows);
            System.out.printf("%s: digest %s%n", written.directory(), written.digest());
            System.out.println("calibrated on the examples from " + range.from() + " to " + range.to()
                    + ", not in use: evaluate it on later ones");
        };
    }

    @Command(
            name = "light",
            mixinStandardHelpOptions = true,
            description = "The light ranker in use, against the heavy ranker's scores of the same candidates.")
    int light(
            @Mixin RunOptions options,
            @Mixin RangeOptions range,
            @Option(
                            names = "--minimum-candidates",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "Users and instants with fewer candidates are left out."
                                    + " Default: ${DEFAULT-VALUE}.")
                    int minimumCandidates,
            @Mixin PredictionOptions predictions) {
        predictions.check();
        SparkSession spark = options.session("evaluate light");
        RankingConfig config = options.vocabulary(spark).config();
        LightEvaluation.Settings settings = new LightEvaluation.Settings(
                minimumCandidates, predictions.threshold, predictions.uses(options, spark, config));
        LightEvaluation light = new LightEvaluation(spark, options.layout(), config);
        return publish(options, spark, light.evaluate(range.of(ExampleLabels.CANDIDATES), range.version, settings));
    }

    @Command(
            name = "sends",
            mixinStandardHelpOptions = true,
            description = "The published sends of --date, against what their recipients did in the 24 h after;"
                    + " beside baselines.")
    int sends(@Mixin RunOptions options) {
        SparkSession spark = options.session("evaluate sends");
        SendsEvaluation sends = new SendsEvaluation(
                spark, options.layout(), options.vocabulary(spark).facts());
        return publish(options, spark, sends.evaluate(options.date(spark)));
    }

    @Command(
            name = "ranking",
            mixinStandardHelpOptions = true,
            description =
                    "The ranking of --date against what users acted on afterwards, among items new to them; beside"
                            + " each source's and simple ones: popular, by followees, item-kNN, user-kNN, ALS of items, random.")
    int ranking(
            @Mixin RunOptions options,
            @Mixin WindowOptions window,
            @Option(
                            names = "--users",
                            paramLabel = "N",
                            defaultValue = "5000",
                            description = "Users at most; a sample, by the seed, where more acted."
                                    + " Default: ${DEFAULT-VALUE}.")
                    int users) {
        window.check(users);
        SparkSession spark = options.session("evaluate ranking");
        RankingEvaluation ranking = new RankingEvaluation(spark, options.layout(), options.vocabulary(spark));
        return publish(options, spark, ranking.evaluate(options.date(spark), window.days, users));
    }

    @Command(
            name = "sources",
            mixinStandardHelpOptions = true,
            description =
                    "What each source of candidates of --date is worth: what it proposes and finds that no other source"
                            + " does; in a generated world, of what is truly best.")
    int sources(
            @Mixin RunOptions options,
            @Mixin WindowOptions window,
            @Option(
                            names = "--users",
                            paramLabel = "N",
                            defaultValue = "20000",
                            description = "Users at most; a sample, by the seed, where more are eligible."
                                    + " Default: ${DEFAULT-VALUE}.")
                    int users,
            @Option(
                            names = "--value",
                            paramLabel = "VALUE",
                            defaultValue = "OONC",
                            description = "What is best, of ${COMPLETION-CANDIDATES}; see evaluate value."
                                    + " Default: ${DEFAULT-VALUE}.")
                    TruthOf.Value value,
            @Option(
                            names = "--keep",
                            paramLabel = "N",
                            split = ",",
                            defaultValue = "100,200,400",
                            description = "Values of candidates.keep to try, 1 to 100000. Default: ${DEFAULT-VALUE}.")
                    List<Integer> keeps) {
        window.check(users);
        Bounds.ofOptions(() -> keeps.forEach(keep -> Bounds.within("--keep", keep, 1, 100_000)));
        SparkSession spark = options.session("evaluate sources");
        SourcesEvaluation sources = new SourcesEvaluation(spark, options.layout(), options.vocabulary(spark));
        return publish(options, spark, sources.evaluate(options.date(spark), window.days, users, value, keeps));
    }

    @Command(
            name = "value",
            mixinStandardHelpOptions = true,
            description = "The published sends of --date against the truth of a generated world: how much of the best"
                    + " possible they are worth, and what each stage loses.")
    int value(
            @Mixin RunOptions options,
            @Option(
                            names = "--value",
                            paramLabel = "VALUE",
                            defaultValue = "OONC",
                            description = "What a send is worth: ${COMPLETION-CANDIDATES}: P(opened or clicked),"
                                    + " P(opened and engaged with), or by how much it raises P(visit)."
                                    + " Default: ${DEFAULT-VALUE}.")
                    TruthOf.Value value) {
        SparkSession spark = options.session("evaluate value");
        ValueEvaluation evaluation = new ValueEvaluation(spark, options.layout(), options.vocabulary(spark));
        return publish(options, spark, evaluation.evaluate(options.date(spark), value));
    }

    @Command(
            name = "policy",
            mixinStandardHelpOptions = true,
            description =
                    "What quality control with the settings of --config and --set would have been worth on days that are"
                            + " published, by what came of their sends: needs days with quality_control.exploration.")
    int policy(
            @Mixin RunOptions options,
            @Option(names = "--from", paramLabel = "YYYY-MM-DD", required = true, description = "First day.")
                    LocalDate from,
            @Option(names = "--to", paramLabel = "YYYY-MM-DD", required = true, description = "Last day.") LocalDate to,
            @Mixin PolicyOptions policy) {
        PolicyEvaluation.Settings settings = policy.settings();
        SparkSession spark = options.session("evaluate policy");
        PolicyEvaluation evaluation =
                new PolicyEvaluation(spark, options.layout(), options.vocabulary(spark, options.configs(), to));
        return publish(options, spark, evaluation.evaluate(from, to, settings));
    }

    private static int publish(RunOptions options, SparkSession spark, Evaluation evaluation) {
        evaluation.publish(options.storage(spark), System.out);
        return 0;
    }

    /** What counts of the time after the as-of instant. */
    static final class WindowOptions {
        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "1",
                description = "Days after the as-of instant that count, 1 to 90. Default: ${DEFAULT-VALUE}.")
        private int days;

        private void check(int users) {
            Bounds.ofOptions(() -> {
                Bounds.within("--days", days, 1, 90);
                Bounds.atLeast("--users", users, 1);
            });
        }
    }

    /** What is made of the predictions. */
    static final class PredictionOptions {
        @Option(
                names = "--threshold",
                paramLabel = "P",
                defaultValue = "0.5",
                description = "Probability from which on a prediction says positive, above 0 and below 1: for accuracy,"
                        + " precision and recall. Default: ${DEFAULT-VALUE}.")
        private double threshold;

        @Option(
                names = "--predictions",
                description = "Also publishes each example with its labels, weight and predictions: table"
                        + " heavy_predictions or light_predictions of the output.")
        private boolean isPublished;

        private void check() {
            Bounds.ofOptions(() ->
                    Bounds.require(threshold > 0 && threshold < 1, "--threshold", "above 0 and below 1", threshold));
        }

        private List<ScoredRows> uses(RunOptions options, SparkSession spark, RankingConfig config) {
            List<ScoredRows> uses = new ArrayList<>();
            if (isPublished) {
                uses.add(new PublishedPredictions(
                        options.storage(spark), options.layout(), config, System.out::println));
            }
            return uses;
        }
    }

    /** What a model makes of each feature. */
    static final class ImportanceOptions {
        @Option(
                names = "--importance",
                required = true,
                description =
                        "Also what is lost when the values of a feature, or of a family such as user, are permuted"
                                + " among the rows.")
        private boolean isWanted;

        @Option(
                names = "--repeats",
                paramLabel = "N",
                description = "Permutations of each feature, 1 to 100. Default: 3.")
        private int repeats = 3;

        @Option(
                names = "--max-rows",
                paramLabel = "N",
                description =
                        "Rows at most that are permuted, 100 to 200000; where there are more, those of a sample of"
                                + " users, by the seed. Default: 20000.")
        private int maxRows = 20_000;

        /** Null: none. */
        private ImportanceSettings settings() {
            return isWanted ? new ImportanceSettings(repeats, maxRows) : null;
        }
    }

    /** Which examples. */
    static final class RangeOptions {
        @Option(
                names = "--labels",
                paramLabel = "KIND",
                converter = LabelsConverter.class,
                description = "Kind of the examples' labels. Default: notifications for heavy, candidates for light.")
        private ExampleLabels labels;

        @Option(
                names = "--model-version",
                paramLabel = "NAME",
                converter = VersionConverter.class,
                description = "The model. Default: the one in use.")
        private String version;

        @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "First day of the examples.")
        private LocalDate from;

        @Option(names = "--to", paramLabel = "YYYY-MM-DD", description = "Last day of the examples.")
        private LocalDate to;

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Name of the evaluation. Default: first and last day, as in 2026-03-12..2026-03-13.")
        private String name;

        private ExampleRange of(ExampleLabels defaultLabels) {
            return new ExampleRange(labels == null ? defaultLabels : labels, from, to, name);
        }
    }
}
