package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.LightLabel;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.LightRanker;
import io.pushrank.jobs.architecture.Logistic;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.RenormMemory;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.architecture.UnusableExamplesException;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.examples.SentItems;
import io.pushrank.jobs.examples.SplitExamples;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.train.Interruption.InterruptedTrainingException;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Trains a ranker on the table of examples and writes it as a new version. The first one of its kind is put in use, since
 * there is nothing that it could be compared with; later ones must win (verb {@code promote}).
 */
public final class Training {
    private static final int BATCH_ROWS = 512;

    private final SplitExamples examples;
    private final FeatureList features;
    private final String modelsDirectory;
    private final Configuration hadoop;
    private final TrainingProgress.Listener listener;
    private final Settings settings;

    /**
     * How a training runs.
     *
     * @param threads TensorFlow's; one intra-op thread gives the same bytes each time
     * @param checkpoint folder for checkpoints; null for one of the version's own, beside the models
     * @param checkpointEverySteps also so often between evaluations; 0 does not
     * @param events folder for TensorBoard's event files; null for one beside the version
     * @param start package that it begins with; null for random weights
     * @param continues whether the optimizer's memory, the step and the running statistics go on, too, from where the package's
     *     own training ended; otherwise the weights alone
     * @param exportsBest whether nothing more is learned, but the best checkpoint of a training that was stopped becomes the version
     * @param workers tasks that train a heavy ranker together, see {@link BarrierTraining}; 1 for this process alone
     */
    public record Settings(
            TensorFlowThreads threads,
            String checkpoint,
            int checkpointEverySteps,
            String events,
            ModelPackage start,
            boolean continues,
            boolean exportsBest,
            int workers) {
        public Settings {
            Bounds.atLeast("checkpoint steps", checkpointEverySteps, 0);
            Bounds.atLeast("workers", workers, 1);
        }

        /** Begins with a package's weights, one thread. */
        public static Settings warmStart(ModelPackage start) {
            return new Settings(TensorFlowThreads.DEFAULT, null, 0, null, start, false, false, 1);
        }

        /** One thread, random weights, and everything beside the models. */
        public static final Settings DEFAULT = warmStart(null);
    }

    /**
     * @param examples to learn from, and held out: early stopping measures on these, and the heavy ranker's calibration is
     *     fitted on them, see {@link CalibrationFit}
     * @param features the list that they were made with
     */
    public Training(
            SplitExamples examples,
            FeatureList features,
            String modelsDirectory,
            Configuration hadoop,
            TrainingProgress.Listener listener,
            Settings settings) {
        this.examples = examples;
        this.features = features;
        this.modelsDirectory = modelsDirectory;
        this.hadoop = hadoop;
        this.listener = listener;
        this.settings = settings;
    }

    /**
     * Trains the heavy ranker on labels of what followed a send, or a candidate.
     *
     * @throws PushrankException with exit code 2 when there is such a version already, or may be none, or when params and
     *     warm start do not fit; 3 when the examples cannot be trained on
     */
    public ModelPackage heavy(String version, HeavyParams params) {
        UnaryOperator<Dataset<Row>> prepare = rows -> rows.withColumn("heavy_score", lit(0f));
        if (params.model() instanceof Logistic) {
            if (settings.start() != null) {
                throw PushrankException.usage(option() + " must be left out for the model logistic, which is fitted at"
                        + " once, but is " + settings.start().version());
            }
            if (settings.exportsBest()) {
                throw PushrankException.usage(
                        "--export-best must be left out for the model logistic, which has no checkpoints");
            }
            if (settings.workers() > 1) {
                throw PushrankException.usage(
                        "--workers must be left out for the model logistic, which Spark fits, but is "
                                + settings.workers());
            }
            return train(
                    ModelKind.HEAVY,
                    version,
                    prepare,
                    params.seed(),
                    TrainingStart.RANDOM,
                    (split, directory, options) -> LogisticTrainer.train(
                            split.earlier(),
                            split.evaluation(),
                            params,
                            features.heavyShape(),
                            features.toYaml(),
                            directory,
                            settings.threads()));
        }
        return train(
                ModelKind.HEAVY,
                version,
                prepare,
                params.seed(),
                start(features, new HeavyRanker(params, features.heavyShape())),
                (split, directory, options) -> {
                    ShuffledExamples training = split.training();
                    ShuffledExamples evaluation = split.evaluation();
                    if (settings.workers() > 1) {
                        new BarrierTraining(params, features.heavyShape(), features.toYaml(), training, evaluation)
                                .run(spark(), settings.workers(), options, split.staging() + "/start");
                    }
                    return HeavyTrainer.train(
                            training, evaluation, params, features.heavyShape(), features.toYaml(), directory, options);
                });
    }

    private SparkContext spark() {
        return examples.heldOut().sparkSession().sparkContext();
    }

    /**
     * Trains the light ranker to predict what the heavy ranker in use makes of the same candidates, or what was sent of them.
     *
     * @param sent tells what was sent, where that is the label
     * @throws PushrankException as {@link #heavy} does; 3 also when it is not known what was sent
     */
    public ModelPackage light(String version, LightParams params, SentItems sent) {
        if (settings.workers() > 1) {
            throw PushrankException.usage(
                    "--workers must be left out for the light ranker, which one process trains, but is "
                            + settings.workers());
        }
        FeatureList light = features.light();
        return train(
                ModelKind.LIGHT,
                version,
                rows -> labeled(rows, params, sent).drop("features").withColumnRenamed("light_features", "features"),
                params.training().seed(),
                start(light, new LightRanker(params, light.lightShape())),
                (split, directory, options) -> LightTrainer.train(
                        split.training(),
                        split.evaluation(),
                        params,
                        light.lightShape(),
                        light.toYaml(),
                        directory,
                        options));
    }

    private TrainingStart start(FeatureList own, Ranker ranker) {
        ModelPackage start = settings.start();
        if (start == null) {
            return TrainingStart.RANDOM;
        }
        if (!FeatureList.of(start).equals(own)) {
            throw PushrankException.usage(
                    option() + " " + start.version() + ": " + start.directory()
                            + " takes other features than the examples have: run the verb warm-start with the examples' list first");
        }
        TrainingStart given = settings.continues() ? continued(start, ranker.training()) : warm(start);
        try {
            WarmStart.requireVariables(start, ranker.variableShapes(), ofModel(given.variables()));
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage("--params and " + option() + " do not fit: " + e.getMessage());
        }
        return given;
    }

    private String option() {
        return settings.continues() ? "--continue" : "--warm-start";
    }

    private TrainingStart warm(ModelPackage start) {
        return new TrainingStart(0, WarmStart.read(start, settings.threads()));
    }

    private TrainingStart continued(ModelPackage start, TrainingParams params) {
        String folder = stateFolder(start.kind(), start.version());
        TrainingState state;
        try (Checkpoints kept = new Checkpoints(folder, hadoop)) {
            state = kept.latest(Map.of())
                    .orElseThrow(() -> PushrankException.usage("--continue " + start.version()
                            + ": there is no state of its training in " + folder
                            + ": use --warm-start, which begins with the weights alone"))
                    .state();
        } catch (Checkpoints.OriginException e) {
            throw new IllegalStateException(e);
        }
        if (!Weight.digest(ofModel(state.variables()))
                .equals(Weight.digest(WarmStart.read(start, settings.threads())))) {
            throw PushrankException.usage("--continue " + start.version() + ": the state in " + folder
                    + " is of other weights than the version's: use --warm-start, which begins with the weights alone");
        }
        Map<String, Weight> variables = new TreeMap<>(state.variables());
        variables.keySet().removeIf(name -> Optimizer.isMemory(name) && !Optimizer.isMemoryOf(params, name));
        if (params.renormMomentum() == null) {
            variables.keySet().removeIf(RenormMemory::has);
        }
        if (variables.keySet().stream().noneMatch(Optimizer::isMemory)
                && state.variables().keySet().stream().anyMatch(Optimizer::isMemory)) {
            throw PushrankException.usage("--continue " + start.version()
                    + ": params must have the optimizer, and trainable variables, of the version, whose memory goes on, but"
                    + " have " + params.optimizer().name().toLowerCase(Locale.ROOT)
                    + ": use --warm-start, which begins with the weights alone");
        }
        return new TrainingStart(state.step(), variables);
    }

    /** What the model itself consists of, without what only training remembers. */
    private static Map<String, Weight> ofModel(Map<String, Weight> variables) {
        Map<String, Weight> ofModel = new TreeMap<>(variables);
        ofModel.keySet().removeIf(name -> Optimizer.isMemory(name) || RenormMemory.has(name));
        return ofModel;
    }

    private String stateFolder(ModelKind kind, String version) {
        return stateFolder(modelsDirectory, kind, version);
    }

    /** Where what a version was reached with is kept, beside the version. */
    static String stateFolder(String modelsDirectory, ModelKind kind, String version) {
        return modelsDirectory + "/" + kind.folder() + "/" + version + "-evaluations/training-state";
    }

    /** The examples with {@code heavy_score}: the light ranker's label, mostly as the heavy ranker in use gives it. */
    Dataset<Row> labeled(Dataset<Row> rows, LightParams params, SentItems sent) {
        // Of the rows as they are, since to ask scored ones is to score them once more.
        List<LocalDate> days = params.label() == LightLabel.SENT ? SentItems.days(rows) : List.of();
        sent.require(days);
        ModelPackage heavy = ModelPackage.champion(modelsDirectory, ModelKind.HEAVY, hadoop);
        Dataset<Row> scored = HeavyScoring.score(rows, "features", heavy, BATCH_ROWS, settings.threads())
                .drop("p_oonc", "p_engagement");
        Column position = row_number()
                .over(Window.partitionBy("as_of", "user_id")
                        .orderBy(
                                col("score").desc(),
                                col("item_type").asc(),
                                col("item_id").asc()))
                .minus(lit(1));
        if (params.recordWeights() != null) {
            scored = scored.withColumn(
                    "weight", col("weight").multiply(params.recordWeights().of(position)));
        }
        return sent.mark(scored, days)
                .withColumn("heavy_score", params.label().of(col("score"), position, col(SentItems.COLUMN)))
                .drop("score", SentItems.COLUMN);
    }

    private ModelPackage train(
            ModelKind kind,
            String version,
            UnaryOperator<Dataset<Row>> prepare,
            long seed,
            TrainingStart start,
            Trainer trainer) {
        NewVersion.require("--model-version", modelsDirectory, kind, version, hadoop);
        Dataset<Row> heldOut = examples.heldOut();
        String folder = modelsDirectory + "/" + kind.folder();
        // Hidden, and named by the version: the next run of the same command finds it.
        String staging = folder + "/." + version + ".training";
        Storage storage = new Storage(hadoop);
        TrainingOptions options = options(kind, version, staging).startingFrom(start);
        Split split = new Split(
                prepare,
                examples.earlier(),
                kind == ModelKind.HEAVY ? CalibrationFit.forStopping(heldOut) : heldOut,
                staging,
                seed,
                hadoop);
        boolean isInterrupted = false;
        try (LocalFolder directory = new LocalFolder()) {
            ModelExport export = trainer.train(split, directory.path(), options);
            if (kind == ModelKind.HEAVY) {
                calibrate(version, export, CalibrationFit.forFit(heldOut));
            }
            ModelPackage written =
                    ModelPackage.write(modelsDirectory, version, trainedOn().addedTo(export), hadoop);
            if (!ModelPackage.hasChampion(modelsDirectory, kind, hadoop)) {
                ModelPackage.crown(modelsDirectory, kind, version, hadoop);
            }
            // A model that is there needs no checkpoint.
            try (Checkpoints checkpoints = options.openCheckpoints()) {
                checkpoints.clear();
            }
            storage.delete(staging);
            return written;
        } catch (InterruptedTrainingException e) {
            // Hadoop's file systems are closing: the copies stay until the next run replaces them.
            isInterrupted = true;
            throw PushrankException.interrupted(e.getMessage(), e);
        } catch (UnusableExamplesException e) {
            throw PushrankException.input("examples cannot be trained on: " + e.getMessage(), e);
        } finally {
            if (!isInterrupted) {
                split.delete(storage);
            }
        }
    }

    private TrainedOn trainedOn() {
        TrainedOn own = examples.range();
        return settings.start() == null
                ? own
                : TrainedOn.of(settings.start()).map(own::with).orElse(own);
    }

    private TrainingOptions options(ModelKind kind, String version, String staging) {
        boolean isNamed = settings.checkpoint() != null;
        TrainingOptions options = TrainingOptions.of(settings.threads(), listener)
                .checkpoints(
                        isNamed ? settings.checkpoint() : staging + "/checkpoints",
                        settings.checkpointEverySteps(),
                        isNamed || settings.exportsBest()
                                ? TrainingOptions.OtherOrigin.REFUSE
                                : TrainingOptions.OtherOrigin.START_ANEW,
                        hadoop)
                .events(
                        settings.events() != null
                                ? settings.events()
                                : modelsDirectory + "/" + kind.folder() + "/" + version + "-evaluations/training",
                        hadoop)
                .keepingState(stateFolder(kind, version), hadoop);
        return settings.exportsBest() ? options.exportingOnly() : options;
    }

    /** Puts calibration.json beside the export: fitted on scores of the package that it is without one. */
    private void calibrate(String version, ModelExport export, Dataset<Row> heldOut) {
        String aside = modelsDirectory + "/.uncalibrated-" + version;
        Storage storage = new Storage(hadoop);
        storage.delete(aside);
        try {
            ModelPackage uncalibrated = ModelPackage.write(aside, version, export, hadoop);
            try {
                Calibration calibration = CalibrationFit.fit(uncalibrated, heldOut, BATCH_ROWS, listener);
                Files.writeString(export.directory().resolve(Calibration.FILE), calibration.toJson());
            } finally {
                HeavyModels.release(uncalibrated);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            storage.delete(aside);
        }
    }

    private interface Trainer {
        ModelExport train(Split split, Path directory, TrainingOptions options);
    }

    /**
     * Earlier instants to learn from, later ones to measure on; copied in shuffled order when they are asked for.
     *
     * @param prepare as in {@link ShuffledExamples#write}
     */
    private record Split(
            UnaryOperator<Dataset<Row>> prepare,
            Dataset<Row> earlier,
            Dataset<Row> later,
            String staging,
            long seed,
            Configuration hadoop) {
        ShuffledExamples training() {
            return ShuffledExamples.write(prepare, earlier, staging + "/examples", seed, hadoop);
        }

        ShuffledExamples evaluation() {
            return ShuffledExamples.write(prepare, later, staging + "/evaluation", seed, hadoop);
        }

        void delete(Storage storage) {
            storage.delete(staging + "/examples");
            storage.delete(staging + "/evaluation");
        }
    }
}
