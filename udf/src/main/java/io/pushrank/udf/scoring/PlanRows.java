package io.pushrank.udf.scoring;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** What a plan gives, as rows that are read where they lie: Parquet's columns are not copied into rows first. */
final class PlanRows {
    private PlanRows() {}

    /** Rows of which each holds until the next one is asked for. */
    static JavaRDD<InternalRow> of(SparkPlan plan) {
        return columnar(plan)
                .map(columns -> columns.executeColumnar().toJavaRDD().mapPartitions(PlanRows::rows, true))
                .orElseGet(() -> plan.execute().toJavaRDD());
    }

    /** The plan below the step that would copy its columns into rows; empty where rows do not lie in columns. */
    static Optional<SparkPlan> columnar(SparkPlan plan) {
        if (plan.supportsColumnar()) {
            return Optional.of(plan);
        }
        if (plan instanceof WholeStageCodegenExec stage) {
            return columnar(stage.child());
        }
        return plan instanceof ColumnarToRowExec transition ? Optional.of(transition.child()) : Optional.empty();
    }

    private static Iterator<InternalRow> rows(Iterator<ColumnarBatch> batches) {
        return new Iterator<>() {
            private Iterator<InternalRow> batch = List.<InternalRow>of().iterator();

            @Override
            public boolean hasNext() {
                while (!batch.hasNext() && batches.hasNext()) {
                    batch = batches.next().rowIterator();
                }
                return batch.hasNext();
            }

            @Override
            public InternalRow next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return batch.next();
            }
        };
    }
}
