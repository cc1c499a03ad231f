package io.pushrank.udf.scoring;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What a plan gives, as rows that are read where they lie: Parquet's columns are not copied into rows first. */
final class PlanRows {
    private PlanRows() {}

    /** Rows of which each holds until the next one is asked for. */
    static JavaRDD<InternalRow> of(SparkPlan plan) {
        return columnar(plan)
                .map(columns -> columns.executeColumnar()
                        .toJavaRDD()
                        .<InternalRow>mapPartitions(batches -> new ColumnRows(batches, List.of()), true))
                .orElseGet(() -> plan.execute().toJavaRDD());
    }

    /**
     * What a function makes of a plan's rows; the arrays are read where they lie in the plan's columns, if they do.
     *
     * @param arrays of a row, bound to the plan's columns
     */
    static RDD<InternalRow> withArrays(
            SparkPlan plan, Seq<Expression> arrays, Function<FeatureRows, Iterator<InternalRow>> function) {
        Optional<SparkPlan> columnar = columnar(plan);
        List<List<Integer>> paths = new ArrayList<>();
        CollectionConverters.asJava(arrays).forEach(array -> path(array).ifPresent(paths::add));
        if (columnar.isPresent() && paths.size() == arrays.size()) {
            return columnar.get()
                    .executeColumnar()
                    .toJavaRDD()
                    .mapPartitions(batches -> function.call(new ColumnRows(batches, paths)), true)
                    .rdd();
        }
        return of(plan).mapPartitions(rows -> function.call(new CalculatedRows(rows, arrays)), true)
                .rdd();
    }

    /** The plan below the step that would copy its columns into rows; empty where rows do not lie in columns. */
    private static Optional<SparkPlan> columnar(SparkPlan plan) {
        if (plan.supportsColumnar()) {
            return Optional.of(plan);
        }
        if (plan instanceof WholeStageCodegenExec stage) {
            return columnar(stage.child());
        }
        return plan instanceof ColumnarToRowExec transition ? Optional.of(transition.child()) : Optional.empty();
    }

    /** Where a column, or a field within one, is found: place of the column, of the field in it, and so on. */
    private static Optional<List<Integer>> path(Expression array) {
        if (array instanceof BoundReference column) {
            return Optional.of(List.of(column.ordinal()));
        }
        if (array instanceof GetStructField field) {
            return path(field.child()).map(path -> {
                List<Integer> longer = new ArrayList<>(path);
                longer.add(field.ordinal());
                return longer;
            });
        }
        return Optional.empty();
    }
}
