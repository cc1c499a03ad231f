package io.pushrank.udf.scoring;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Rows that lie in columns, as Parquet's do. */
final class ColumnRows implements FeatureRows {
    private final Iterator<ColumnarBatch> batches;
    private final List<List<Integer>> paths;
    /** Of each array the vectors on its way, the array's own last. */
    private final ColumnVector[][] vectors;

    private ColumnarBatch batch;
    private int row;
    private int count;

    /** @param paths of each array: place of its column, of the field in it, and so on */
    ColumnRows(Iterator<ColumnarBatch> batches, List<List<Integer>> paths) {
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
