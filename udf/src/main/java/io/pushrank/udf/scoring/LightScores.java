package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;

/** Rows of one partition with the light ranker's score behind their columns, scored a block at a time. */
final class LightScores implements Iterator<InternalRow> {
    private final Iterator<InternalRow> rows;
    private final Expression features;
    private final LightBlock block;
    private final InternalRow[] pending = new InternalRow[LightBlock.ROWS];
    /** Place of each pending row in the block; -1 without features. */
    private final int[] places = new int[LightBlock.ROWS];

    private final GenericInternalRow score = new GenericInternalRow(1);
    private final JoinedRow joined = new JoinedRow();
    private float[] scores = {};
    private int count;
    private int next;

    /** @param features gives the struct of feature arrays of a row */
    LightScores(Iterator<InternalRow> rows, Expression features, ModelPackage model, TensorFlowThreads threads) {
        this.rows = rows;
        this.features = features;
        this.block = LightModels.get(model, threads).block();
    }

    @Override
    public boolean hasNext() {
        return next < count || rows.hasNext();
    }

    @Override
    public InternalRow next() {
        if (next == count) {
            fill();
        }
        int place = places[next];
        score.update(0, place < 0 ? null : (Object) scores[place]);
        return joined.apply(pending[next++], score);
    }

    private void fill() {
        if (!rows.hasNext()) {
            throw new NoSuchElementException();
        }
        block.clear();
        count = 0;
        next = 0;
        while (rows.hasNext() && count < pending.length) {
            // Spark hands out the same row object again and again.
            InternalRow row = rows.next().copy();
            InternalRow struct = (InternalRow) features.eval(row);
            places[count] = struct == null ? -1 : block.size();
            if (struct != null) {
                FeatureArrays.addTo(block, struct);
            }
            pending[count++] = row;
        }
        scores = block.score();
    }
}
