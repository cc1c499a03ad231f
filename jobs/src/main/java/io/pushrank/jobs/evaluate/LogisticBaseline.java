package io.pushrank.jobs.evaluate;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;

/**
 * What a linear model makes of the heavy ranker's features: logistic regression of spark-mllib with an L2 penalty on
 * standardised inputs. Numbers come as sign(x)·log(1+|x|) with an indicator of their absence, ids one-hot by their lowest
 * bits.
 */
final class LogisticBaseline {
    private static final String VECTOR = "logistic_features";
    private static final int HASH_BITS = 10;
    private static final int ITERATIONS = 100;
    private static final double PENALTY = 0.01;

    private final FeatureShape shape;
    private final LogisticRegressionModel model;

    /**
     * Trains on examples.
     *
     * @param examples rows of EXAMPLES
     * @param shape widths of their dense features
     */
    LogisticBaseline(Dataset<Row> examples, FeatureShape shape) {
        this.shape = shape;
        Column isPositive =
                col("label_oonc").equalTo(1).and(col("label_dislike").notEqual(1));
        Dataset<Row> rows = examples.select(
                vector().as(VECTOR),
                isPositive.cast("double").as("label"),
                col("weight").cast("double").as("weight"));
        this.model = new LogisticRegression()
                .setFeaturesCol(VECTOR)
                .setLabelCol("label")
                .setWeightCol("weight")
                .setRegParam(PENALTY)
                .setMaxIter(ITERATIONS)
                .fit(rows);
    }

    /** The examples with a DOUBLE {@code logistic}: the probability that they are opened. */
    Dataset<Row> predict(Dataset<Row> examples) {
        return model.transform(examples.withColumn(VECTOR, vector()))
                .withColumn("logistic", get(vector_to_array(col("probability"), "float64"), lit(1)))
                .drop(VECTOR, "rawPrediction", "probability", "prediction");
    }

    private Column vector() {
        int continuous = shape.continuous();
        int binary = shape.binary();
        UDF1<Row, Vector> function = features -> vector(features, continuous, binary);
        return udf(function, SQLDataTypes.VectorType()).apply(col("features"));
    }

    /** Numbers, their absence, binary features, then one place for each value of the ids' lowest bits. */
    static Vector vector(Row features, int continuous, int binary) {
        double[] values = new double[2 * continuous + binary + (1 << HASH_BITS)];
        List<Float> numbers = features.getList(0);
        List<Boolean> missing = features.getList(1);
        for (int index = 0; index < continuous; index++) {
            values[index] = logarithm(numbers.get(index));
            values[continuous + index] = missing.get(index) ? 1 : 0;
        }
        List<Float> flags = features.getList(2);
        for (int index = 0; index < binary; index++) {
            values[2 * continuous + index] = flags.get(index);
        }
        int hashed = 2 * continuous + binary;
        add(values, hashed, features.getList(3), features.getList(4));
        add(values, hashed, features.getList(5), features.getList(6));
        return Vectors.dense(values).compressed();
    }

    private static void add(double[] values, int hashed, List<Long> ids, List<Float> amounts) {
        for (int index = 0; index < ids.size(); index++) {
            int place = (int) (ids.get(index) & ((1 << HASH_BITS) - 1));
            values[hashed + place] += logarithm(amounts.get(index)) / Math.log(2);
        }
    }

    private static double logarithm(double value) {
        return Math.signum(value) * Math.log1p(Math.abs(value));
    }
}
