package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.train.Interruption.InterruptedTrainingException;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Trains a ranker on the table of examples and writes it as a new version, which becomes the one in use. */
public final class Training {
    private static final int BATCH_ROWS = 512;

    private final Dataset<Row> examples;
    private final FeatureList features;
    private final String modelsDirectory;
    private final Configuration hadoop;
    private final double holdout;
    private final TrainingProgress.Listener listener;
    private final Settings settings;

    /**
     * How a training runs.
     *
     * @param threads TensorFlow's; one intra-op thread gives the same bytes each time
     * @param checkpoint folder for checkpoints; null for one of the version's own, beside the models
     * @param checkpointEverySteps also so often between evaluations; 0 does not
     * @param events folder for TensorBoard's event files; null for one beside the version
     */
    public record Settings(TensorFlowThreads threads, String checkpoint, int checkpointEverySteps, String events) {
        public Settings {
            Checks.atLeast("checkpoint steps", 0, checkpointEverySteps);
        }

        /** One thread, and everything beside the models. */
        public static final Settings DEFAULT = new Settings(TensorFlowThreads.DEFAULT, null, 0, null);
    }

    /**
     * @param examples rows of EXAMPLES
     * @param features the list that they were made with
     * @param holdout share of the as-of instants, the last ones, that early stopping measures on
     */
    public Training(
            Dataset<Row> examples,
            FeatureList features,
            String modelsDirectory,
            Configuration hadoop,
            double holdout,
            TrainingProgress.Listener listener,
            Settings settings) {
        this.examples = examples;
        this.features = features;
        this.modelsDirectory = modelsDirectory;
        this.hadoop = hadoop;
        this.holdout = holdout;
        this.listener = listener;
        this.settings = settings;
    }

    /** Trains the heavy ranker on labels of what followed a send, or a candidate. */
    public ModelPackage heavy(String version, HeavyParams params) {
        return train(
                ModelKind.HEAVY,
                version,
                rows -> rows.withColumn("heavy_score", lit(0f)),
                params.training().seed(),
                (training, evaluation, directory, options) -> HeavyTrainer.train(
                        training, evaluation, params, features.heavyShape(), features.toYaml(), directory, options));
    }

    /** Trains the light ranker to predict what the heavy ranker in use makes of the same candidates. */
    public ModelPackage light(String version, LightParams params) {
        FeatureList light = features.light();
        return train(
                ModelKind.LIGHT,
                version,
                rows -> heavyScored(rows, params).drop("features").withColumnRenamed("light_features", "features"),
                params.training().seed(),
                (training, evaluation, directory, options) -> LightTrainer.train(
                        training, evaluation, params, light.lightShape(), light.toYaml(), directory, options));
    }

    /** The examples with {@code heavy_score}: the light ranker's label, as the heavy ranker in use gives it. */
    private Dataset<Row> heavyScored(Dataset<Row> rows, LightParams params) {
        ModelPackage heavy = ModelPackage.champion(modelsDirectory, ModelKind.HEAVY, hadoop);
        Dataset<Row> scored = HeavyScoring.score(rows, "features", heavy, BATCH_ROWS, TensorFlowThreads.DEFAULT)
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
        return switch (params.label()) {
            case HEAVY_SCORE -> scored.withColumnRenamed("score", "heavy_score");
            case TOP3 -> within(scored, position, 3);
            case SENT -> within(scored, position, 1);
        };
    }

    private static Dataset<Row> within(Dataset<Row> scored, Column position, int most) {
        return scored.withColumn("heavy_score", when(position.lt(most), lit(1f)).otherwise(lit(0f)))
                .drop("score");
    }

    private ModelPackage train(
            ModelKind kind, String version, UnaryOperator<Dataset<Row>> prepare, long seed, Trainer trainer) {
        Timestamp split = ExampleTable.holdout(examples, holdout);
        Dataset<Row> earlier = ExampleTable.before(examples, split);
        if (earlier.isEmpty()) {
            throw PushrankException.input("examples are of one as-of instant, " + split
                    + ": training needs earlier ones than it is held against");
        }
        Dataset<Row> later = ExampleTable.from(examples, split);
        String folder = modelsDirectory + "/" + kind.folder();
        // Hidden, and named by the version: the next run of the same command finds it.
        String staging = folder + "/." + version + ".training";
        String checkpoints = settings.checkpoint() != null ? settings.checkpoint() : staging + "/checkpoints";
        TrainingOptions options = TrainingOptions.of(settings.threads(), listener)
                .checkpoints(
                        checkpoints,
                        settings.checkpointEverySteps(),
                        settings.checkpoint() != null
                                ? TrainingOptions.OtherOrigin.REFUSE
                                : TrainingOptions.OtherOrigin.START_ANEW,
                        hadoop)
                .events(
                        settings.events() != null
                                ? settings.events()
                                : folder + "/" + version + "-evaluations/training",
                        hadoop);
        Storage storage = new Storage(hadoop);
        Path directory = temporaryDirectory();
        boolean isInterrupted = false;
        try {
            ModelExport export = trainer.train(
                    ShuffledExamples.write(prepare, earlier, staging + "/examples", seed, hadoop),
                    ShuffledExamples.write(prepare, later, staging + "/evaluation", seed, hadoop),
                    directory,
                    options);
            ModelPackage written = ModelPackage.write(modelsDirectory, version, export, hadoop);
            ModelPackage.crown(modelsDirectory, written.kind(), version, hadoop);
            // A model that is there needs no checkpoint.
            options.checkpoints.clear();
            storage.delete(staging);
            return written;
        } catch (InterruptedTrainingException e) {
            // Hadoop's file systems are closing: the copies stay until the next run replaces them.
            isInterrupted = true;
            throw PushrankException.interrupted(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw PushrankException.input("examples cannot be trained on: " + e.getMessage(), e);
        } finally {
            if (!isInterrupted) {
                storage.delete(staging + "/examples");
                storage.delete(staging + "/evaluation");
            }
            delete(directory);
        }
    }

    private interface Trainer {
        ModelExport train(ExampleSource training, ExampleSource evaluation, Path directory, TrainingOptions options);
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("pushrank-training");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
