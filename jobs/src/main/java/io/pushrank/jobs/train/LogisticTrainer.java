package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.Logistic;
import io.pushrank.jobs.architecture.Predictions;
import io.pushrank.jobs.architecture.SavedModelWriter;
import io.pushrank.jobs.architecture.ServingGraph;
import io.pushrank.jobs.architecture.UnusableExamplesException;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.storage.StorageLevel;
import org.tensorflow.ndarray.Shape;

/**
 * Fits the {@link Logistic} model with spark-mllib: one regression of opened over all rows, one of engaged over opened
 * rows, by L-BFGS with an L2 penalty on standardized inputs; and exports them in the form of the other models.
 */
final class LogisticTrainer {
    private static final int EVALUATION_BATCH_ROWS = 1024;
    private static final String VECTOR = "inputs";
    private static final String OPENED = "opened";
    private static final String ENGAGED = "engaged";
    private static final String WEIGHT = "weight";

    private final HeavyParams params;
    private final Logistic logistic;
    private final FeatureShape shape;

    private LogisticTrainer(HeavyParams params, Logistic logistic, FeatureShape shape) {
        this.params = params;
        this.logistic = logistic;
        this.shape = shape;
    }

    /**
     * Fits and exports.
     *
     * @param training rows of EXAMPLES
     * @param evaluation examples to measure on
     * @param params of the model {@code logistic}
     * @param directory receives saved_model.pb, variables/, features.yaml and params.yaml
     * @throws UnusableExamplesException when none of the training examples is opened, or all of them are
     */
    static ModelExport train(
            Dataset<Row> training,
            ExampleSource evaluation,
            HeavyParams params,
            FeatureShape shape,
            String featuresYaml,
            Path directory,
            TensorFlowThreads threads) {
        LogisticTrainer trainer = new LogisticTrainer(params, (Logistic) params.model(), shape);
        HeavyRanker ranker = new HeavyRanker(params, shape);
        Map<String, Weight> weights = trainer.fit(training);
        Map<String, Double> metrics;
        try (ServingGraph graph = new ServingGraph(ranker, weights, threads)) {
            metrics = ranker.evaluate(Predictions.of(
                            evaluation,
                            shape,
                            EVALUATION_BATCH_ROWS,
                            trainer.logistic.maximumEvaluationRows(),
                            graph::predict))
                    .metrics();
        }
        try {
            SavedModelWriter.write(ranker, weights, featuresYaml, directory, threads);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot export to " + directory, failure);
        }
        return new ModelExport(directory, ModelKind.HEAVY, shape, params.seed(), metrics);
    }

    private Map<String, Weight> fit(Dataset<Row> training) {
        // One partition in one order: mllib adds up partitions as they finish, and the same examples are to give the
        // same bytes.
        Dataset<Row> rows = training.select(
                        col("as_of"),
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        vector().as(VECTOR),
                        ExampleTable.opened().cast("double").as(OPENED),
                        ExampleTable.engaged().cast("double").as(ENGAGED),
                        col("weight").cast("double").as(WEIGHT))
                .repartition(1)
                .sortWithinPartitions("as_of", "user_id", "item_type", "item_id")
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            requireBothClasses(rows);
            Map<String, Weight> weights = new LinkedHashMap<>();
            putTask(weights, "oonc", regression(rows, OPENED));
            putTask(weights, "engagement", engagement(rows.filter(col(OPENED).equalTo(1))));
            return weights;
        } finally {
            rows.unpersist();
        }
    }

    private static void requireBothClasses(Dataset<Row> rows) {
        long count = rows.count();
        long opened = rows.filter(col(OPENED).equalTo(1)).count();
        if (opened == 0 || opened == count) {
            throw new UnusableExamplesException("cannot train the heavy ranker: none of the " + count
                    + " training examples is " + (opened == 0 ? "positive" : "negative"));
        }
    }

    /** A linear function of the inputs: the logit. */
    private record Linear(Vector coefficients, double intercept) {}

    private Linear regression(Dataset<Row> rows, String label) {
        LogisticRegressionModel model = new LogisticRegression()
                .setFeaturesCol(VECTOR)
                .setLabelCol(label)
                .setWeightCol(WEIGHT)
                .setFamily("binomial")
                .setRegParam(logistic.penalty())
                .setMaxIter(logistic.iterations())
                .fit(rows);
        return new Linear(model.coefficients(), model.intercept());
    }

    /** Where opened rows are all of one class, a constant: the rate with half a row of each class added. */
    private Linear engagement(Dataset<Row> opened) {
        long count = opened.count();
        long engaged = opened.filter(col(ENGAGED).equalTo(1)).count();
        if (engaged > 0 && engaged < count) {
            return regression(opened, ENGAGED);
        }
        return new Linear(Vectors.zeros(inputs()), Math.log((engaged + 0.5) / (count - engaged + 0.5)));
    }

    private void putTask(Map<String, Weight> weights, String task, Linear linear) {
        int dense = denseInputs();
        int buckets = 1 << params.hashBits();
        weights.put(task + ".kernel", column(linear.coefficients(), 0, dense));
        weights.put(task + ".bias", Weight.of(Shape.of(1), new float[] {(float) linear.intercept()}));
        weights.put(task + ".sparse.weights", column(linear.coefficients(), dense, buckets));
        weights.put(task + ".sparse_continuous.weights", column(linear.coefficients(), dense + buckets, buckets));
    }

    private static Weight column(Vector values, int from, int length) {
        float[] column = new float[length];
        for (int index = 0; index < length; index++) {
            column[index] = (float) values.apply(from + index);
        }
        return Weight.of(Shape.of(length, 1), column);
    }

    private int denseInputs() {
        return 2 * shape.continuous() + shape.binary();
    }

    private int inputs() {
        return denseInputs() + 2 * (1 << params.hashBits());
    }

    private Column vector() {
        FeatureShape widths = shape;
        int hashBits = params.hashBits();
        UDF1<Row, Vector> function = features -> vector(features, widths, hashBits);
        return udf(function, SQLDataTypes.VectorType()).apply(col("features"));
    }

    /** Numbers, their absence, binary features, then one place a bucket for sparse and for sparse continuous ids. */
    static Vector vector(Row features, FeatureShape shape, int hashBits) {
        int continuous = shape.continuous();
        int dense = 2 * continuous + shape.binary();
        int buckets = 1 << hashBits;
        double[] leading = new double[dense];
        List<Float> numbers = features.getList(0);
        List<Boolean> missing = features.getList(1);
        for (int index = 0; index < continuous; index++) {
            boolean isMissing = missing.get(index);
            leading[index] = isMissing ? 0 : signedLogarithm(numbers.get(index));
            leading[continuous + index] = isMissing ? 1 : 0;
        }
        List<Float> binary = features.getList(2);
        for (int index = 0; index < shape.binary(); index++) {
            leading[2 * continuous + index] = binary.get(index);
        }
        SortedMap<Integer, Double> hashed = new TreeMap<>();
        addHashed(hashed, dense, buckets, features.getList(3), features.getList(4));
        addHashed(hashed, dense + buckets, buckets, features.getList(5), features.getList(6));
        int[] places = IntStream.concat(
                        IntStream.range(0, dense), hashed.keySet().stream().mapToInt(Integer::intValue))
                .toArray();
        double[] values = DoubleStream.concat(
                        DoubleStream.of(leading), hashed.values().stream().mapToDouble(Double::doubleValue))
                .toArray();
        return Vectors.sparse(dense + 2 * buckets, places, values).compressed();
    }

    private static void addHashed(
            Map<Integer, Double> values, int start, int buckets, List<Long> ids, List<Float> amounts) {
        for (int index = 0; index < ids.size(); index++) {
            int place = start + (int) (ids.get(index) & (buckets - 1));
            values.merge(place, signedLogarithm(amounts.get(index)) / Math.log(2), Double::sum);
        }
    }

    private static double signedLogarithm(double value) {
        return Math.signum(value) * Math.log1p(Math.abs(value));
    }
}
