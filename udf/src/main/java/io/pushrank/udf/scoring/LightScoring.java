package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.classic.ExpressionUtils$;
import scala.jdk.javaapi.CollectionConverters;

/** Scores a table's rows with the light ranker of one's choice; what {@code light_score} does in SQL with that in use. */
public final class LightScoring {
    private LightScoring() {}

    /**
     * The rows with {@code light_score}, a FLOAT in [0, 1], in place of their features; NULL where there are none. In
     * blocks where the session has {@link PushrankExtensions}.
     *
     * @param rows any columns, among them the struct of feature arrays
     * @param features name of that struct
     * @throws IllegalArgumentException when the struct is of another type
     */
    public static Dataset<Row> score(
            Dataset<Row> rows, String features, ModelPackage model, TensorFlowThreads threads) {
        Expression struct =
                rows.queryExecution().analyzed().output().apply(rows.schema().fieldIndex(features));
        LightScore score =
                LightScore.of(CollectionConverters.asScala(List.of(struct)).toSeq(), model, threads);
        return rows.withColumn(LightScore.NAME, ExpressionUtils$.MODULE$.column(score))
                .drop(features);
    }
}
