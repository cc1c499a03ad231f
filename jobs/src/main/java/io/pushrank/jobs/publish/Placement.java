package io.pushrank.jobs.publish;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.physical.ClusteredDistribution;
import org.apache.spark.sql.catalyst.plans.physical.Distribution;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Where Spark's plan says that rows lie. */
public final class Placement {
    private Placement() {}

    /** Whether rows lie in so many partitions, all of a user's in one; their plan is made to tell. */
    public static boolean isByUser(Dataset<Row> rows, int partitions) {
        Expression user =
                rows.queryExecution().analyzed().output().apply(rows.schema().fieldIndex("user_id"));
        Distribution together = new ClusteredDistribution(
                CollectionConverters.asScala(List.of(user)).toSeq(), false, Option.apply(partitions));
        return rows.queryExecution().executedPlan().outputPartitioning().satisfies(together);
    }
}
