package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rank;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
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
import java.util.Map;
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
    /** Null to start from random weights. */
    private ModelPackage warmStart;

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
            TrainingProgress.Listener listener) {
        this.examples = examples;
        this.features = features;
        this.modelsDirectory = modelsDirectory;
        this.hadoop = hadoop;
        this.holdout = holdout;
        this.listener = listener;
    }

    /**
     * Starts from a package's weights, the optimiser's memory empty.
     *
     * @throws PushrankException with exit code 2 when it takes other features than the examples have
     */
    public Training startingFrom(ModelPackage model) {
        FeatureList own = model.kind() == ModelKind.LIGHT ? features.light() : features;
        if (!FeatureList.of(model).equals(own)) {
            throw PushrankException.usage(
                    "--warm-start " + model.version() + ": " + model.directory()
                            + " takes other features than the examples have: run the verb warm-start with the examples' list first");
        }
        warmStart = model;
        return this;
    }

    private Map<String, Weight> initialWeights(Network network) {
        if (warmStart == null) {
            return Map.of();
        }
        Map<String, Weight> weights = WarmStart.read(warmStart, TensorFlowThreads.DEFAULT);
        try {
            WarmStart.requireVariables(warmStart, network.variableShapes(), weights);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage("--params and --warm-start do not fit: " + e.getMessage());
        }
        return weights;
    }

    /**
     * Writes a trained package for another feature list as a new version, which is not put in use.
     *
     * @param examples rows of EXAMPLES with the new list's features, to measure new features on; null when there are none
     */
    public static ModelPackage warmStart(
            WarmStart start,
            ModelKind kind,
            Dataset<Row> examples,
            String modelsDirectory,
            String version,
            Configuration hadoop) {
        Path directory = temporaryDirectory();
        try {
            ExampleSource source = examples == null ? null : new TableExamples(forStart(examples, kind), 0);
            ModelExport export = start.export(source, directory, TensorFlowThreads.DEFAULT);
            return ModelPackage.write(modelsDirectory, version, export, hadoop);
        } finally {
            delete(directory);
        }
    }

    private static Dataset<Row> forStart(Dataset<Row> examples, ModelKind kind) {
        Dataset<Row> rows = examples.withColumn("heavy_score", lit(0f));
        return kind == ModelKind.HEAVY
                ? rows.drop("light_features")
                : rows.drop("features").withColumnRenamed("light_features", "features");
    }

    /** Trains the heavy ranker on labels of what followed a send, or a candidate. */
    public ModelPackage heavy(String version, HeavyParams params) {
        Dataset<Row> rows = examples.withColumn("heavy_score", lit(0f)).drop("light_features");
        return train(
                version,
                rows,
                params.seed(),
                (training, evaluation, directory) -> params.model() instanceof Logistic
                        ? LogisticTrainer.train(
                                training.examples(),
                                evaluation,
                                params,
                                features.heavyShape(),
                                features.toYaml(),
                                directory,
                                TensorFlowThreads.DEFAULT)
                        : HeavyTrainer.train(
                                training,
                                evaluation,
                                params,
                                features.heavyShape(),
                                features.toYaml(),
                                directory,
                                TensorFlowThreads.DEFAULT,
                                listener,
                                initialWeights(new HeavyNetwork(params, features.heavyShape()))));
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
                (training, evaluation, directory) -> LightTrainer.train(
                        training,
                        evaluation,
                        params,
                        light.lightShape(),
                        light.toYaml(),
                        directory,
                        TensorFlowThreads.DEFAULT,
                        listener,
                        initialWeights(new LightNetwork(params, light.lightShape()))));
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

    private ModelPackage train(String version, Dataset<Row> rows, long seed, Trainer trainer) {
        Timestamp split = ExampleTable.holdout(rows, holdout);
        Dataset<Row> training = ExampleTable.before(rows, split).persist();
        if (training.isEmpty()) {
            throw PushrankException.input("examples are of one as-of instant, " + split
                    + ": training needs earlier ones than it is held against");
        }
        Dataset<Row> evaluation = ExampleTable.from(rows, split).persist();
        Path directory = temporaryDirectory();
        try {
            ModelExport export =
                    trainer.train(new TableExamples(training, seed), new TableExamples(evaluation, seed), directory);
            ModelPackage written = ModelPackage.write(modelsDirectory, version, export, hadoop);
            ModelPackage.crown(modelsDirectory, written.kind(), version, hadoop);
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
        ModelExport train(TableExamples training, TableExamples evaluation, Path directory);
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
