package io.pushrank.udf.scoring;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Rows of one partition with some feature arrays of each; a row and its arrays hold until the next row is asked for. */
sealed interface FeatureRows extends Iterator<InternalRow> {
    /** One of the arrays of the row that was asked for last; null where it is NULL. */
    ArrayData array(int index);

    /**
     * What a function makes of a plan's rows; the arrays are read where they lie in the plan's columns, if they do.
     *
     * @param arrays of a row, bound to the plan's columns
     */
    static RDD<InternalRow> partitions(
            SparkPlan plan, Seq<Expression> arrays, Function<FeatureRows, Iterator<InternalRow>> function) {
        Optional<SparkPlan> columnar = PlanRows.columnar(plan);
        List<List<Integer>> paths = new ArrayList<>();
        CollectionConverters.asJava(arrays).forEach(array -> path(array).ifPresent(paths::add));
        if (columnar.isPresent() && paths.size() == arrays.size()) {
            return columnar.get()
                    .executeColumnar()
                    .toJavaRDD()
                    .mapPartitions(batches -> function.call(new InColumns(batches, paths)), true)
                    .rdd();
        }
        return PlanRows.of(plan)
                .mapPartitions(rows -> function.call(new Calculated(rows, arrays)), true)
                .rdd();
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

    /** Rows of any plan, whose arrays may have to be calculated: what they share is calculated once. */
    final class Calculated implements FeatureRows {
        private final Iterator<InternalRow> rows;
        private final UnsafeProjection projection;
        private UnsafeRow arrays;

        Calculated(Iterator<InternalRow> rows, Seq<Expression> arrays) {
            this.rows = rows;
            this.projection = UnsafeProjection$.MODULE$.create(arrays);
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public InternalRow next() {
            InternalRow row = rows.next();
            arrays = projection.apply(row);
            return row;
        }

        @Override
        public ArrayData array(int index) {
            return arrays.isNullAt(index) ? null : arrays.getArray(index);
        }
    }

    /** Rows that lie in columns, as Parquet's do. */
    final class InColumns implements FeatureRows {
        private final Iterator<ColumnarBatch> batches;
        private final List<List<Integer>> paths;
        /** Of each array the vectors on its way, the array's own last. */
        private final ColumnVector[][] vectors;

        private ColumnarBatch batch;
        private int row;
        private int count;

        InColumns(Iterator<ColumnarBatch> batches, List<List<Integer>> paths) {
            this.batches = batches;
            this.paths = paths;
            this.vectors = new ColumnVector[paths.size()][];
        }

        @Override
        public boolean hasNext() {
            while (row + 1 >= count && batches.hasNext()) {
                batch = batches.next();
                count = batch.numRows();
                row = -1;
                for (int index = 0; index < vectors.length; index++) {
                    vectors[index] = vectors(paths.get(index));
                }
            }
            return row + 1 < count;
        }

        private ColumnVector[] vectors(List<Integer> path) {
            ColumnVector[] found = new ColumnVector[path.size()];
            found[0] = batch.column(path.get(0));
            for (int level = 1; level < found.length; level++) {
                found[level] = found[level - 1].getChild(path.get(level));
            }
            return found;
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return batch.getRow(++row);
        }

        @Override
        public ArrayData array(int index) {
            ColumnVector[] way = vectors[index];
            for (ColumnVector vector : way) {
                if (vector.isNullAt(row)) {
                    return null;
                }
            }
            return way[way.length - 1].getArray(row);
        }
    }
}
