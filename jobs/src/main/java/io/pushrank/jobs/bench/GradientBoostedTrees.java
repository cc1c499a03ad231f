package io.pushrank.jobs.bench;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;

/**
 * Gradient-boosted trees of spark-mllib on the dense features, to hold the pool's rankers against: continuous ones as they
 * are, a missing one far below all others, and binary ones.
 */
final class GradientBoostedTrees {
    static final String PREDICTION = "p_trees";
    private static final double MISSING = -1e6;
    private static final String VECTOR = "vector";
    private static final String LABEL = "label";

    private final int trees;
    private final int depth;
    private final long seed;

    GradientBoostedTrees(int trees, int depth, long seed) {
        this.trees = trees;
        this.depth = depth;
        this.seed = seed;
    }

    /**
     * Learns whether a notification is opened.
     *
     * @param training rows of EXAMPLES
     * @param test rows of EXAMPLES, which come back with {@link #PREDICTION}
     */
    Dataset<Row> predict(Dataset<Row> training, Dataset<Row> test, FeatureShape shape) {
        Dataset<Row> rows = training.select(
                        vector(shape).as(VECTOR),
                        ExampleTable.opened().cast("double").as(LABEL))
                .persist();
        try {
            GBTClassificationModel model = new GBTClassifier()
                    .setFeaturesCol(VECTOR)
                    .setLabelCol(LABEL)
                    .setMaxIter(trees)
                    .setMaxDepth(depth)
                    .setStepSize(0.1)
                    .setSubsamplingRate(0.5)
                    .setSeed(seed)
                    .fit(rows);
            return model.transform(test.withColumn(VECTOR, vector(shape)))
                    .withColumn(PREDICTION, get(vector_to_array(col("probability"), "float64"), lit(1)));
        } finally {
            rows.unpersist();
        }
    }

    private static Column vector(FeatureShape shape) {
        UDF1<Row, Vector> function = features -> vector(features, shape);
        return udf(function, SQLDataTypes.VectorType()).apply(col("features"));
    }

    private static Vector vector(Row features, FeatureShape shape) {
        double[] values = new double[shape.continuous() + shape.binary()];
        List<Float> continuous = features.getList(0);
        List<Boolean> missing = features.getList(1);
        List<Float> binary = features.getList(2);
        for (int index = 0; index < shape.continuous(); index++) {
            values[index] = missing.get(index) ? MISSING : continuous.get(index);
        }
        for (int index = 0; index < shape.binary(); index++) {
            values[shape.continuous() + index] = binary.get(index);
        }
        return Vectors.dense(values);
    }
}
