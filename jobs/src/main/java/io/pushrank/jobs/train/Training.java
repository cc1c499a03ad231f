package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rank;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.Calibration;
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
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Trains a ranker on the table of examples and writes it as a new version; the first one is put in use, later ones are promoted. */
public final class Training {
    private static final int BATCH_ROWS = 512;

    private final Dataset<Row> examples;
    private final FeatureList features;
    private final String modelsDirectory;
    private final Configuration hadoop;
    private final double holdout;
    private final TrainingProgress.Listener listener;

    /**
     * @param examples rows of EXAMPLES
     * @param features the list that they were made with
     * @param holdout share of the as-of instants, the last ones, that early stopping measures on and the heavy ranker's
     *     calibration is fitted on: see {@link CalibrationFit}
     */
    public Training(
            Dataset<Row> examples,
            FeatureList features,
            String modelsDirectory,
            Configuration hadoop,
            double holdout,
            TrainingProgress.Listener listener) {
        this.examples = examples;
        this.features = features;
        this.modelsDirectory = modelsDirectory;
        this.hadoop = hadoop;
        this.holdout = holdout;
        this.listener = listener;
    }

    /** Trains the heavy ranker on labels of what followed a send, or a candidate. */
    public ModelPackage heavy(String version, HeavyParams params) {
        Dataset<Row> rows = examples.withColumn("heavy_score", lit(0f)).drop("light_features");
        return train(
                version,
                rows,
                params.training().seed(),
                true,
                (training, evaluation, directory) -> HeavyTrainer.train(
                        training,
                        evaluation,
                        params,
                        features.heavyShape(),
                        features.toYaml(),
                        directory,
                        TensorFlowThreads.DEFAULT,
                        listener));
    }

    /** Trains the light ranker to predict what the heavy ranker in use makes of the same candidates. */
    public ModelPackage light(String version, LightParams params) {
        FeatureList light = features.light();
        Dataset<Row> rows =
                heavyScored(params.label()).drop("features").withColumnRenamed("light_features", "features");
        return train(
                version,
                rows,
                params.training().seed(),
                false,
                (training, evaluation, directory) -> LightTrainer.train(
                        training,
                        evaluation,
                        params,
                        light.lightShape(),
                        light.toYaml(),
                        directory,
                        TensorFlowThreads.DEFAULT,
                        listener));
    }

    /** The examples with {@code heavy_score}: the light ranker's label, as the heavy ranker in use gives it. */
    private Dataset<Row> heavyScored(LightLabel label) {
        ModelPackage heavy = ModelPackage.champion(modelsDirectory, ModelKind.HEAVY, hadoop);
        Dataset<Row> scored = HeavyScoring.score(examples, "features", heavy, BATCH_ROWS, TensorFlowThreads.DEFAULT)
                .drop("p_oonc", "p_engagement");
        Column place = rank().over(Window.partitionBy("as_of", "user_id")
                .orderBy(
                        col("score").desc(),
                        col("item_type").asc(),
                        col("item_id").asc()));
        return switch (label) {
            case HEAVY_SCORE -> scored.withColumnRenamed("score", "heavy_score");
            case TOP3 -> within(scored, place, 3);
            case SENT -> within(scored, place, 1);
        };
    }

    private static Dataset<Row> within(Dataset<Row> scored, Column place, int most) {
        return scored.withColumn("heavy_score", when(place.leq(most), lit(1f)).otherwise(lit(0f)))
                .drop("score");
    }

    /** Puts calibration.json beside the export: fitted on scores of the package that it is without one. */
    private void calibrate(String version, ModelExport export, Dataset<Row> heldOut) {
        String aside = modelsDirectory + "/.uncalibrated-" + version;
        Storage storage = new Storage(hadoop);
        storage.delete(aside);
        try {
            ModelPackage uncalibrated = ModelPackage.write(aside, version, export, hadoop);
            Calibration calibration = CalibrationFit.fit(uncalibrated, heldOut, BATCH_ROWS);
            Files.writeString(export.directory().resolve(Calibration.FILE), calibration.toJson());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            storage.delete(aside);
        }
    }

    private ModelPackage train(String version, Dataset<Row> rows, long seed, boolean isHeavy, Trainer trainer) {
        Timestamp split = ExampleTable.holdout(rows, holdout);
        Dataset<Row> training = ExampleTable.before(rows, split).persist();
        if (training.isEmpty()) {
            throw PushrankException.input("examples are of one as-of instant, " + split
                    + ": training needs earlier ones than it is held against");
        }
        Dataset<Row> evaluation = ExampleTable.from(rows, split).persist();
        Dataset<Row> stopping = isHeavy ? CalibrationFit.forStopping(evaluation) : evaluation;
        Path directory = temporaryDirectory();
        try {
            ModelExport export =
                    trainer.train(new TableExamples(training, seed), new TableExamples(stopping, seed), directory);
            if (isHeavy) {
                calibrate(version, export, CalibrationFit.forFit(evaluation));
            }
            ModelPackage written = ModelPackage.write(
                    modelsDirectory, version, TrainedOn.of(rows).addedTo(export), hadoop);
            if (!ModelPackage.hasChampion(modelsDirectory, written.kind(), hadoop)) {
                // There is nothing that it could be compared with; later versions must win (verb promote).
                ModelPackage.crown(modelsDirectory, written.kind(), version, hadoop);
            }
            return written;
        } catch (IllegalArgumentException e) {
            throw PushrankException.input("examples cannot be trained on: " + e.getMessage(), e);
        } finally {
            training.unpersist();
            evaluation.unpersist();
            delete(directory);
        }
    }

    private interface Trainer {
        ModelExport train(ExampleSource training, ExampleSource evaluation, Path directory);
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
