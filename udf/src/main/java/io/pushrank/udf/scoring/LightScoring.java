package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.execution.SQLExecutionRDD;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Scores rows with the light ranker on the executors, in blocks; the same bits as {@code light_score} in SQL. */
public final class LightScoring {
    private LightScoring() {}

    /**
     * The rows with {@code light_score}, a FLOAT in [0, 1], in place of their features; NULL where there are none.
     *
     * @param rows any columns, among them the struct of feature arrays
     * @param features name of that struct
     */
    public static Dataset<Row> score(
            Dataset<Row> rows, String features, ModelPackage model, TensorFlowThreads threads) {
        SparkPlan plan = rows.queryExecution().executedPlan();
        SparkSession spark = (SparkSession) rows.sparkSession();
        int place = rows.schema().fieldIndex(features);
        Attribute struct = plan.output().apply(place);
        Seq<Attribute> kept = CollectionConverters.asScala(CollectionConverters.asJava(plan.output()).stream()
                        // A plan may make its attributes anew each time that it is asked.
                        .filter(column -> !column.exprId().equals(struct.exprId()))
                        .toList())
                .toSeq();
        // As Dataset.toRdd does it: the session's settings hold on the executors too.
        SQLExecutionRDD scored = new SQLExecutionRDD(
                LightScores.of(plan, struct, kept, model, threads),
                spark.sessionState().conf());
        StructType schema = rows.drop(features).schema();
        return spark.internalCreateDataFrame(scored, schema.add(LightScore.NAME, DataTypes.FloatType, true), false);
    }
}
