package io.pushrank.jobs.importance;

import io.pushrank.jobs.report.Jackknife;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.VariableNames;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): what a ranker loses when the values of a feature are
 * permuted among the rows of a sample, so that they say nothing of their row; and when those of a family of features are, all
 * by the same permutation. Features that say the same can stand in for each other: each alone loses little, and only their
 * family tells. Rows are scored on the executors, one task a feature or family, each of which sees the whole sample.
 */
public final class FeatureImportance {
    /** Tasks of the ranker whose loss is measured. */
    static final List<String> TASKS = VariableNames.TASKS;

    static final List<String> FIGURES = List.of("roc_auc", "rce");

    private final JavaSparkContext spark;
    private final RowScorer scorer;
    private final int batchRows;
    private final Consumer<String> progress;

    /**
     * @param batchRows rows given to the scorer at once
     * @param progress gets a line now and then
     */
    FeatureImportance(JavaSparkContext spark, RowScorer scorer, int batchRows, Consumer<String> progress) {
        this.spark = spark;
        this.scorer = scorer;
        this.batchRows = batchRows;
        this.progress = progress;
    }

    /**
     * What a heavy ranker makes of the features of examples.
     *
     * @param examples rows of EXAMPLES, at least one
     * @param batchRows rows given to the model at once
     * @param seed of the sample and of the permutations
     * @param progress gets a line now and then
     * @param notes gets a line where features cannot be told apart
     * @return as {@code importance} in an evaluation's file
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 3 when {@code sparse_counts} of an example do not fit its
     *     ids
     */
    public static Metrics of(
            Dataset<Row> examples,
            ModelPackage model,
            ImportanceSettings settings,
            int batchRows,
            long seed,
            Consumer<String> progress,
            List<String> notes) {
        FeatureList features = FeatureList.of(model);
        FeatureSample sample = FeatureSample.of(examples, features, settings.maxRows(), seed);
        JavaSparkContext spark = new JavaSparkContext(examples.sparkSession().sparkContext());
        Metrics importance = new FeatureImportance(spark, new HeavyRowScorer(model, batchRows), batchRows, progress)
                .of(sample, features, settings.repeats(), seed);
        long unknown = (long) importance.number("unknown_features");
        if (unknown > 0) {
            notes.add(
                    "examples of an earlier version do not say which sparse ids are of which feature: the importance of "
                            + unknown + " features is not known, make the examples again");
        }
        return importance;
    }

    /** What a sample's scores are worth: by task, {@code FIGURES}, and of all rows or without a part of the users. */
    private static final class Ranked implements Serializable {
        private static final long serialVersionUID = 1L;

        private final double[][][] figures;

        private Ranked(double[][][] figures) {
            this.figures = figures;
        }

        double of(int task, int figure, int part) {
            return figures[task][figure][part];
        }

        /** The figure of all rows, and one for each part of the users. */
        int count() {
            return figures[0][0].length;
        }
    }

    /** One task's work: the sample with some features moved, as often as is asked. */
    private static final class Measure extends AbstractFunction2<TaskContext, Iterator<int[]>, Ranked[]>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Broadcast<FeatureSample> sample;
        private final RowScorer scorer;
        private final int batchRows;
        private final int repeats;
        private final long seed;

        Measure(Broadcast<FeatureSample> sample, RowScorer scorer, int batchRows, int repeats, long seed) {
            this.sample = sample;
            this.scorer = scorer;
            this.batchRows = batchRows;
            this.repeats = repeats;
            this.seed = seed;
        }

        @Override
        public Ranked[] apply(TaskContext context, Iterator<int[]> features) {
            int[] moved = features.next();
            Ranked[] ranked = new Ranked[moved.length == 0 ? 1 : repeats];
            for (int repeat = 0; repeat < ranked.length; repeat++) {
                ranked[repeat] = ranked(sample.value(), moved, sample.value().permutation(seed, repeat), context);
            }
            return ranked;
        }

        private Ranked ranked(FeatureSample rows, int[] features, int[] from, TaskContext context) {
            FeatureSample.Moved moved = rows.moved(features);
            float[] oonc = new float[rows.rows()];
            float[] engagement = new float[rows.rows()];
            for (int first = 0; first < rows.rows(); first += batchRows) {
                context.killTaskIfInterrupted();
                List<FeatureRow> batch = IntStream.range(first, Math.min(first + batchRows, rows.rows()))
                        .mapToObj(row -> moved.row(row, from[row]))
                        .toList();
                HeavyScores scores = scorer.score(batch);
                System.arraycopy(scores.pOonc(), 0, oonc, first, batch.size());
                System.arraycopy(scores.pEngagement(), 0, engagement, first, batch.size());
            }
            return new Ranked(
                    new double[][][] {figures(rows, oonc, rows.opened()), figures(rows, engagement, rows.engaged())});
        }

        private static double[][] figures(FeatureSample rows, float[] predictions, boolean[] labels) {
            return new double[][] {
                PartMetrics.rocAuc(predictions, labels, rows.partOf(), rows.parts()),
                PartMetrics.relativeCrossEntropy(predictions, labels, rows.partOf(), rows.parts())
            };
        }
    }

    /**
     * Figures by feature and by family, those that lose most first.
     *
     * @param seed of the permutations
     * @return as {@code importance} in an evaluation's file
     */
    Metrics of(FeatureSample sample, FeatureList features, int repeats, long seed) {
        List<String> names =
                features.features().stream().map(feature -> feature.name()).toList();
        Map<String, int[]> single = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        boolean[] isMoving = new boolean[names.size()];
        for (int feature = 0; feature < names.size(); feature++) {
            if (sample.isKnown(feature)) {
                isMoving[feature] = !sample.isConstant(feature);
                single.put(names.get(feature), isMoving[feature] ? new int[] {feature} : new int[0]);
            } else {
                unknown.add(names.get(feature));
            }
        }
        Map<String, int[]> families = new TreeMap<>();
        Map<String, Integer> sizes = new TreeMap<>();
        for (int feature = 0; feature < names.size(); feature++) {
            String name = names.get(feature);
            for (int dot = name.indexOf('.'); dot >= 0 && sample.isKnown(feature); dot = name.indexOf('.', dot + 1)) {
                int[] moving = isMoving[feature] ? new int[] {feature} : new int[0];
                families.merge(name.substring(0, dot), moving, FeatureImportance::joined);
                sizes.merge(name.substring(0, dot), 1, Integer::sum);
            }
        }
        Map<List<Integer>, Ranked[]> ranked = measured(sample, single, families, repeats, seed);
        Ranked base = ranked.get(List.of())[0];
        Metrics whole = new Metrics();
        for (int task = 0; task < TASKS.size(); task++) {
            Metrics figures = new Metrics();
            for (int figure = 0; figure < FIGURES.size(); figure++) {
                figures.put(FIGURES.get(figure), base.of(task, figure, 0));
            }
            whole.put(TASKS.get(task), figures);
        }
        Map<String, Metrics> ofFeatures = new LinkedHashMap<>();
        single.forEach((name, moved) -> ofFeatures.put(name, losses(base, ranked.get(key(moved)), moved)));
        Map<String, Metrics> ofFamilies = new LinkedHashMap<>();
        families.forEach((name, moved) ->
                ofFamilies.put(name, losses(base, ranked.get(key(moved)), moved).put("features", sizes.get(name))));
        return new Metrics()
                .put("rows", sample.rows())
                .put("users", sample.users())
                .put("repeats", repeats)
                .put("seed", seed)
                .put("unknown_features", unknown.size())
                .put("unpermuted", whole)
                .put("features", sorted(ofFeatures))
                .put("families", sorted(ofFamilies));
    }

    /** What each set of features that is moved gives; of none, the sample as it is. */
    private Map<List<Integer>, Ranked[]> measured(
            FeatureSample sample, Map<String, int[]> single, Map<String, int[]> families, int repeats, long seed) {
        Map<List<Integer>, int[]> sets = new LinkedHashMap<>();
        sets.put(List.of(), new int[0]);
        single.values().forEach(moved -> sets.put(key(moved), moved));
        // A family of one feature is that feature.
        families.values().forEach(moved -> sets.put(key(moved), moved));
        JavaRDD<int[]> tasks = spark.parallelize(List.copyOf(sets.values()), sets.size());
        Ranked[][] results = new Ranked[sets.size()][];
        Broadcast<FeatureSample> shared = spark.broadcast(sample);
        try {
            spark.sc()
                    .runJob(
                            tasks.rdd(),
                            new Measure(shared, scorer, batchRows, repeats, seed),
                            new Kept(results, progress),
                            ClassTag$.MODULE$.apply(Ranked[].class));
        } finally {
            shared.destroy();
        }
        Map<List<Integer>, Ranked[]> measured = new LinkedHashMap<>();
        sets.keySet().forEach(set -> measured.put(set, results[measured.size()]));
        return measured;
    }

    /** Keeps what tasks return, as they end, and says how far they are. */
    private static final class Kept extends AbstractFunction2<Object, Ranked[], BoxedUnit> {
        private static final int LINES = 10;

        private final Ranked[][] results;
        private final Consumer<String> progress;
        private final long started = System.nanoTime();
        private int ended;

        Kept(Ranked[][] results, Consumer<String> progress) {
            this.results = results;
            this.progress = progress;
        }

        @Override
        public BoxedUnit apply(Object task, Ranked[] result) {
            results[(Integer) task] = result;
            long before = (long) LINES * ended / results.length;
            ended++;
            if ((long) LINES * ended / results.length > before) {
                progress.accept("importance: " + ended + " of " + results.length + " tasks done in "
                        + (System.nanoTime() - started) / 1_000_000_000 + " s");
            }
            return BoxedUnit.UNIT;
        }
    }

    private static List<Integer> key(int[] features) {
        return Arrays.stream(features).boxed().toList();
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    /** Losses of each task and figure; positive: worse when permuted. */
    private static Metrics losses(Ranked base, Ranked[] permuted, int[] moved) {
        Metrics metrics = new Metrics();
        for (int task = 0; task < TASKS.size(); task++) {
            Metrics ofTask = new Metrics();
            for (int figure = 0; figure < FIGURES.size(); figure++) {
                String name = FIGURES.get(figure) + "_loss";
                if (moved.length == 0) {
                    ofTask.put(name, 0.0);
                } else {
                    put(ofTask, name, base, permuted, task, figure);
                }
            }
            metrics.put(TASKS.get(task), ofTask);
        }
        return metrics.put("is_constant", moved.length == 0);
    }

    /**
     * The mean of the repeats, its 95 % interval over users, and its standard error over repeats. The interval holds the
     * chance of permutations too: each part's rows got values of their own.
     */
    private static void put(Metrics metrics, String name, Ranked base, Ranked[] permuted, int task, int figure) {
        double[] without = IntStream.range(1, base.count())
                .mapToDouble(part -> meanLoss(base, permuted, task, figure, part))
                .toArray();
        double loss = meanLoss(base, permuted, task, figure, 0);
        double[] losses = Arrays.stream(permuted)
                .mapToDouble(one -> base.of(task, figure, 0) - one.of(task, figure, 0))
                .toArray();
        metrics.put(name, loss, Jackknife.interval(loss, without))
                .put(
                        name + "_standard_error",
                        losses.length < 2
                                ? Double.NaN
                                : new StandardDeviation().evaluate(losses) / Math.sqrt(losses.length));
    }

    private static double meanLoss(Ranked base, Ranked[] permuted, int task, int figure, int part) {
        return Arrays.stream(permuted)
                .mapToDouble(one -> base.of(task, figure, part) - one.of(task, figure, part))
                .average()
                .orElse(Double.NaN);
    }

    /** Those that lose most ROC-AUC of the first task first, then relative cross-entropy; what is undefined last. */
    private static Metrics sorted(Map<String, Metrics> groups) {
        Metrics metrics = new Metrics();
        groups.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Metrics> entry) -> loss(entry, "roc_auc_loss"))
                        .thenComparingDouble(entry -> loss(entry, "rce_loss"))
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> metrics.put(entry.getKey(), entry.getValue()));
        return metrics;
    }

    private static double loss(Map.Entry<String, Metrics> entry, String name) {
        double loss = entry.getValue().group(TASKS.get(0)).number(name);
        return Double.isNaN(loss) ? Double.NEGATIVE_INFINITY : loss;
    }
}
