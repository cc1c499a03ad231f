package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;

import io.pushrank.udf.scoring.PlacedRows;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkPlan;
import scala.jdk.javaapi.CollectionConverters;

/** Brings all rows of a user together, as the stages' tables have them. */
final class ByUser {
    private static final String ADAPTIVE = "spark.sql.adaptive.enabled";

    private ByUser() {}

    /**
     * The rows, all of a user's in one of as many partitions as the tables have files, by user and item. Joins that add
     * columns leave them there: what they are joined with is moved to them.
     */
    static Dataset<Row> sorted(StageContext context, Dataset<Row> rows) {
        Dataset<Row> sorted = rows.repartition(context.config().outputPartitions(), col("user_id"))
                .sortWithinPartitions("user_id", "item_type", "item_id");
        SparkPlan plan = planned(sorted);
        // Left to the optimizer, the sort would be taken away, since joins follow; and the rows would be shuffled anew
        // for each
        // join that has more keys than the user.
        return PlacedRows.of(
                rows.sparkSession(),
                List.copyOf(CollectionConverters.asJava(plan.output())),
                plan.execute(),
                plan.outputPartitioning(),
                List.copyOf(CollectionConverters.asJava(plan.outputOrdering())));
    }

    /** As Spark plans it at once: a plan that is adapted while it runs does not say where its rows will lie. */
    private static SparkPlan planned(Dataset<Row> rows) {
        SparkSession spark = rows.sparkSession();
        String before = spark.conf().get(ADAPTIVE);
        spark.conf().set(ADAPTIVE, "false");
        try {
            return rows.queryExecution().executedPlan();
        } finally {
            spark.conf().set(ADAPTIVE, before);
        }
    }
}
