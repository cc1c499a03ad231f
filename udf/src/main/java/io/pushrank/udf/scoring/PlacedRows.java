package io.pushrank.udf.scoring;

import java.util.List;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.classic.Dataset$;
import org.apache.spark.sql.execution.LogicalRDD;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Rows that code makes below Spark's plans, of which Spark is told where they lie, so that it does not move them again. */
public final class PlacedRows {
    private PlacedRows() {}

    /**
     * Rows as a table.
     *
     * @param columns of the rows, in order
     * @param partitioning how the rows are spread over the partitions, in terms of the columns
     * @param ordering of the rows of each partition, in terms of the columns
     */
    public static Dataset<Row> of(
            SparkSession spark,
            List<Attribute> columns,
            RDD<InternalRow> rows,
            Partitioning partitioning,
            List<SortOrder> ordering) {
        org.apache.spark.sql.classic.SparkSession session = (org.apache.spark.sql.classic.SparkSession) spark;
        return Dataset$.MODULE$.ofRows(
                session,
                new LogicalRDD(
                        CollectionConverters.asScala(columns).toSeq(),
                        rows,
                        partitioning,
                        CollectionConverters.asScala(ordering).toSeq(),
                        false,
                        Option.empty(),
                        session,
                        Option.empty(),
                        Option.empty()));
    }
}
