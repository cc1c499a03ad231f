package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.InputAxis;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.LightRanker;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.SavedModelWriter;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.ModelVariables;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.tensorflow.ndarray.Shape;

/**
 * A trained ranker for another feature list: what belongs to a feature of both lists moves to its new place, everything
 * behind the inputs is copied, the calibration too, and features that are new start small.
 *
 * <p>A new feature's kernels are drawn from a normal distribution with the standard deviation of the old tensor, cut at half
 * of it to each side (as published); its gamma is 1, its beta and its biases are 0; mean and variance of its normalizations
 * are measured on examples, or are 0 and 1 without them. Sparse features are hashed by name: nothing moves for them. A
 * feature whose type changed is one that was removed and one that was added.
 */
public final class WarmStart {
    private final ModelPackage from;
    private final FeatureList before;
    private final FeatureList after;
    private final Ranker old;
    private final Ranker next;
    private final long seed;

    /**
     * @param from the trained package
     * @param file name of the new list, for messages
     * @param features the new list; of it the light ranker takes its part
     * @throws IllegalArgumentException when the new list is the package's own, has no feature in common with it, or has no
     *     continuous one, or when the package's ranker cannot take its inputs in another order
     */
    public WarmStart(ModelPackage from, String file, FeatureList features) {
        this.from = from;
        this.before = FeatureList.of(from);
        this.after = from.kind() == ModelKind.LIGHT ? features.light() : features;
        String model = from.kind() + "/" + from.version();
        if (after.features().equals(before.features())) {
            throw new IllegalArgumentException(
                    file + ": must differ from the feature list of " + model + ", but is the same list");
        }
        Set<String> common = identities(after);
        common.retainAll(identities(before));
        if (common.isEmpty()) {
            throw new IllegalArgumentException(file + ": must have a feature of name and type in common with " + model
                    + ", but is a list of " + after.features().size() + " others");
        }
        try {
            if (from.kind() == ModelKind.HEAVY) {
                HeavyParams params = HeavyParams.of(from);
                old = new HeavyRanker(params, before.heavyShape());
                next = new HeavyRanker(params, after.heavyShape());
            } else {
                LightParams params = LightParams.of(from);
                old = new LightRanker(params, before.lightShape());
                next = new LightRanker(params, after.lightShape());
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
        this.seed = next.training() == null ? 0 : next.training().seed();
        requireAxes(old);
        requireAxes(next);
    }

    private static Set<String> identities(FeatureList features) {
        Set<String> identities = new HashSet<>();
        features.features().forEach(feature -> identities.add(feature.type() + " " + feature.name()));
        return identities;
    }

    private static void requireAxes(Ranker ranker) {
        ranker.inputAxes();
    }

    /** Names of the new list's features that the package has not, with their types. */
    public List<String> added() {
        return difference(after, before);
    }

    /** Names of the package's features that the new list has not, with their types. */
    public List<String> removed() {
        return difference(before, after);
    }

    private static List<String> difference(FeatureList features, FeatureList others) {
        Set<String> known = identities(others);
        return features.features().stream()
                .filter(feature -> !known.contains(feature.type() + " " + feature.name()))
                .map(feature -> feature.name() + " (" + feature.type().name().toLowerCase(Locale.ROOT) + ")")
                .toList();
    }

    /**
     * Writes the new model.
     *
     * @param examples with the new list's features, to measure statistics of new features on; null: 0 and 1 instead
     * @param directory local, new or empty; receives the SavedModel, features.yaml, params.yaml and, when the package has
     *     one, its calibration.json
     * @return what {@link ModelPackage#write} takes
     * @throws IllegalArgumentException when the package lacks a variable, or has one of another shape
     */
    public ModelExport export(ExampleSource examples, Path directory, TensorFlowThreads threads) {
        Map<String, Weight> weights = weights(examples, threads);
        try {
            SavedModelWriter.write(next, weights, after.toYaml(), directory, threads);
            if (from.calibration().isPresent()) {
                Files.writeString(
                        directory.resolve(Calibration.FILE),
                        from.calibration().get().toJson());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot export to " + directory, failure);
        }
        ModelExport export = new ModelExport(directory, next.kind(), next.shape(), seed, Map.of());
        return TrainedOn.of(from).map(range -> range.addedTo(export)).orElse(export);
    }

    /**
     * Writes the new model as a new version, which is not put in use.
     *
     * @param examples rows of EXAMPLES with the new list's features, to measure new features on; null when there are none
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when there is such a version, or may be none
     */
    public ModelPackage write(Dataset<Row> examples, String modelsDirectory, String version, Configuration hadoop) {
        NewVersion.require("--model-version", modelsDirectory, from.kind(), version, hadoop);
        String copy = modelsDirectory + "/" + from.kind().folder() + "/." + version + ".warm-start";
        try (LocalFolder directory = new LocalFolder()) {
            ExampleSource source =
                    examples == null ? null : ShuffledExamples.write(this::prepared, examples, copy, 0, hadoop);
            ModelExport export = export(source, directory.path(), TensorFlowThreads.DEFAULT);
            return ModelPackage.write(modelsDirectory, version, withRange(export, examples), hadoop);
        } finally {
            new Storage(hadoop).delete(copy);
        }
    }

    /** A package of unknown examples stays one: its range would say less than was learned from. */
    private ModelExport withRange(ModelExport export, Dataset<Row> examples) {
        if (examples == null || added().isEmpty()) {
            return export;
        }
        return TrainedOn.of(from)
                .map(range -> range.with(TrainedOn.of(examples)).addedTo(export))
                .orElse(export);
    }

    private Dataset<Row> prepared(Dataset<Row> examples) {
        Dataset<Row> rows = examples.withColumn("heavy_score", lit(0f));
        return from.kind() == ModelKind.HEAVY
                ? rows
                : rows.drop("features").withColumnRenamed("light_features", "features");
    }

    private Map<String, Weight> weights(ExampleSource examples, TensorFlowThreads threads) {
        Map<String, Weight> trained = read(from, threads);
        requireVariables(old.variableShapes(), trained);
        Map<String, Weight> moved = new LinkedHashMap<>(trained);
        for (InputAxis axis : old.inputAxes()) {
            Weight weight = moved.get(axis.variable());
            if (weight == null) {
                throw new IllegalArgumentException(from.directory() + ": must have variable " + axis.variable()
                        + ", has only: " + new TreeSet<>(trained.keySet()));
            }
            int[] sources = sources(axis, (int) weight.shape().get(axis.axis()), (int)
                    next.variableShapes().get(axis.variable()).get(axis.axis()));
            // Deviations of the old tensor, also for the second of two axes.
            DoubleSupplier values = NewValues.of(axis.variable(), trained.get(axis.variable()), seed, axis.axis());
            moved.put(axis.variable(), weight.reindexed(axis.axis(), sources, values));
        }
        if (examples != null) {
            measure(moved, examples, threads);
        }
        requireVariables(next.variableShapes(), moved);
        return moved;
    }

    /** For each new position along an axis its old one, -1 for a new input. */
    private int[] sources(InputAxis axis, int oldLength, int newLength) {
        List<String> oldNames = axis.inputs().names(before);
        List<String> newNames = axis.inputs().names(after);
        int tail = oldLength - oldNames.size();
        int[] sources = new int[newLength];
        for (int position = 0; position < newLength; position++) {
            if (position < newNames.size()) {
                sources[position] = oldNames.indexOf(newNames.get(position));
            } else {
                int behind = position - newNames.size();
                sources[position] = behind < tail ? oldNames.size() + behind : -1;
            }
        }
        return sources;
    }

    /** Replaces the statistics of new inputs by what they are on examples; those of known ones stay. */
    private void measure(Map<String, Weight> weights, ExampleSource examples, TensorFlowThreads threads) {
        List<InputAxis> statistics =
                next.inputAxes().stream().filter(InputAxis::isStatistic).toList();
        if (statistics.isEmpty() || added().isEmpty()) {
            return;
        }
        List<ExampleBatch> sample = ExampleBatch.sample(
                examples,
                next.shape(),
                next.training().statisticsRows(),
                next.training().batchRows());
        if (sample.isEmpty()) {
            throw new IllegalArgumentException("there are no examples to measure new features on");
        }
        try (TrainingGraph graph = new TrainingGraph(next, threads)) {
            graph.restore(weights);
            // Normalizations see standard scores, where the ranker has them: first the scores' own.
            splice(weights, next.measured(sample), statistics);
            graph.restore(weights);
            graph.recomputeStatistics(sample);
            Map<String, Weight> measured = new LinkedHashMap<>(graph.snapshot());
            measured.keySet().removeAll(next.measured(sample).keySet());
            splice(weights, measured, statistics);
        }
    }

    private void splice(Map<String, Weight> weights, Map<String, Weight> measured, List<InputAxis> axes) {
        for (InputAxis axis : axes) {
            Weight values = measured.get(axis.variable());
            if (values != null) {
                List<String> oldNames = axis.inputs().names(before);
                List<String> newNames = axis.inputs().names(after);
                boolean[] isNew = new boolean[newNames.size()];
                for (int position = 0; position < isNew.length; position++) {
                    isNew[position] = !oldNames.contains(newNames.get(position));
                }
                weights.computeIfPresent(axis.variable(), (name, kept) -> kept.replaced(values, isNew));
            }
        }
    }

    /**
     * Every variable of a package by name: what a training can start from.
     */
    static Map<String, Weight> read(ModelPackage model, TensorFlowThreads threads) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        ModelVariables.read(model, threads, (name, value) -> weights.put(name, Weight.copyOf(value)));
        return weights;
    }

    /** Holds that there is every variable of a ranker, of its shape, and no other. */
    private void requireVariables(Map<String, Shape> expected, Map<String, Weight> found) {
        requireVariables(from, expected, found);
    }

    static void requireVariables(ModelPackage model, Map<String, Shape> expected, Map<String, Weight> found) {
        if (!found.keySet().equals(expected.keySet())) {
            throw new IllegalArgumentException(model.directory() + ": variables must be "
                    + new TreeSet<>(expected.keySet()) + ", but are " + new TreeSet<>(found.keySet()));
        }
        expected.forEach((name, shape) -> {
            if (!shape.equals(found.get(name).shape())) {
                throw new IllegalArgumentException(model.directory() + ": variable " + name + " must have shape "
                        + shape + ", but has " + found.get(name).shape());
            }
        });
    }
}
