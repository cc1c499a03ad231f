package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.execution.SparkPlan;
import scala.collection.immutable.Seq;

/** Rows of one partition: some of their columns, and behind them the light ranker's score; scored a block at a time. */
final class LightScores implements Iterator<InternalRow> {
    private final FeatureRows rows;
    private final UnsafeProjection kept;
    private final LightBlock block;
    private final InternalRow[] pending = new InternalRow[LightBlock.ROWS];
    /** Place of each pending row in the block; -1 without features. */
    private final int[] places = new int[LightBlock.ROWS];

    private final GenericInternalRow score = new GenericInternalRow(1);
    private final JoinedRow joined = new JoinedRow();
    private float[] scores = {};
    private int count;
    private int next;

    private LightScores(FeatureRows rows, Seq<Expression> kept, LightBlock block) {
        this.rows = rows;
        this.kept = UnsafeProjection$.MODULE$.create(kept);
        this.block = block;
    }

    /**
     * Scores what a plan gives.
     *
     * @param arrays give the arrays of a row that the light ranker reads, {@link LightArrays#FIELDS}, in terms of the
     *     plan's columns
     * @param kept columns of the plan that stand before the score
     */
    static RDD<InternalRow> of(
            SparkPlan plan,
            Seq<Expression> arrays,
            Seq<Attribute> kept,
            ModelPackage model,
            TensorFlowThreads threads) {
        Seq<Expression> boundKept = bound(kept, plan);
        return PlanRows.withArrays(
                plan,
                bound(arrays, plan),
                rows -> new LightScores(
                        rows, boundKept, LightModels.get(model, threads).block()));
    }

    @SuppressWarnings("unchecked")
    private static Seq<Expression> bound(Seq<? extends Expression> expressions, SparkPlan plan) {
        var columns = org.apache.spark.sql.catalyst.expressions.package$.MODULE$.AttributeSeq(plan.output());
        return BindReferences.bindReferences((Seq<Expression>) expressions, columns);
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
        while (count < pending.length && rows.hasNext()) {
            InternalRow row = rows.next();
            LightArrays arrays = LightArrays.of(rows.array(0), rows.array(1), rows.array(2), rows.array(3));
            places[count] = arrays == null ? -1 : block.size();
            if (arrays != null) {
                arrays.addTo(block);
            }
            // The features are in the block now; of the row itself only what is asked for is copied.
            pending[count++] = kept.apply(row).copy();
        }
        scores = block.score();
    }
}
