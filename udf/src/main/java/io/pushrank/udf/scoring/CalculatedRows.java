package io.pushrank.udf.scoring;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import scala.collection.immutable.Seq;

/** Rows of any plan, whose arrays may have to be calculated: what they share is calculated once. */
final class CalculatedRows implements FeatureRows {
    private final Iterator<InternalRow> rows;
    private final UnsafeProjection projection;
    private UnsafeRow arrays;

    CalculatedRows(Iterator<InternalRow> rows, Seq<Expression> arrays) {
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
