package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Scores rows with the light ranker on the executors, in blocks; the same bits as {@code light_score} in SQL. */
public final class LightScoring {
    private LightScoring() {}

    /**
     * Appends {@code light_score}, a FLOAT in [0, 1], to every row; NULL where there are no features.
     *
     * @param rows any columns, among them the struct of feature arrays
     * @param features name of that struct
     */
    public static Dataset<Row> score(
            Dataset<Row> rows, String features, ModelPackage model, TensorFlowThreads threads) {
        StructType input = rows.schema();
        int column = input.fieldIndex(features);
        BoundReference struct = new BoundReference(column, input.apply(column).dataType(), true);
        JavaRDD<InternalRow> scored = rows.queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitions(partition -> new LightScores(partition, struct, model, threads));
        return ((SparkSession) rows.sparkSession())
                .internalCreateDataFrame(scored.rdd(), input.add(LightScore.NAME, DataTypes.FloatType, true), false);
    }
}
