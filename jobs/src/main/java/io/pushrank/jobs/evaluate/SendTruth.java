package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.pushrank.jobs.world.TruthOf;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/** Mean true probabilities of being opened right at the as-of instant, in a synthetic world. */
final class SendTruth {
    private final TruthOf truth;
    private final Instant asOf;

    /**
     * @param world its folder, with the options that it was made with
     */
    SendTruth(SparkSession spark, String world, Instant asOf) {
        this.truth = new TruthOf(spark, world);
        this.asOf = asOf;
    }

    private Dataset<Row> withTruth(Dataset<Row> pairs) {
        return truth.of(
                pairs.withColumn("notification_type", lit(TruthOf.ANY_TYPE)).withColumn("at", lit(asOf)));
    }

    /** The mean over each policy's sends. */
    Map<String, Double> ofPolicies(Dataset<Row> sends) {
        Map<String, Double> means = new HashMap<>();
        withTruth(sends)
                .groupBy("policy")
                .agg(mean())
                .collectAsList()
                .forEach(row -> means.put(row.getString(0), row.getDouble(1)));
        return means;
    }

    /**
     * The mean over the truly best candidates, as many for each recipient as it was sent; NaN where there are none.
     *
     * @param candidates user_id, item_id
     * @param recipients user_id, sends
     */
    double ofBest(Dataset<Row> candidates, Dataset<Row> recipients) {
        Column place = row_number()
                .over(Window.partitionBy("user_id")
                        .orderBy(col("p_oonc").desc(), col("item_id").asc()));
        Row mean = withTruth(candidates.join(recipients, "user_id"))
                .withColumn("place", place)
                .filter(col("place").leq(col("sends")))
                .agg(mean())
                .head();
        return mean.isNullAt(0) ? Double.NaN : mean.getDouble(0);
    }

    /** Of decimals, so that it does not depend on the order of rows. */
    private static Column mean() {
        return avg(col("p_oonc").cast("decimal(18,12)")).cast("double");
    }
}
