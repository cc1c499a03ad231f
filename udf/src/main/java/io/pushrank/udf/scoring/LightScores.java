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
    private final Iterator<InternalRow> rows;
    private final Expression features;
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

    private LightScores(
            Iterator<InternalRow> rows,
            Expression features,
            Seq<Expression> kept,
            ModelPackage model,
            TensorFlowThreads threads) {
        this.rows = rows;
        this.features = features;
        this.kept = UnsafeProjection$.MODULE$.create(kept);
        this.block = LightModels.get(model, threads).block();
    }

    /**
     * Scores what a plan gives.
     *
     * @param features gives the struct of feature arrays of a row, in terms of the plan's columns
     * @param kept columns of the plan that stand before the score
     */
    static RDD<InternalRow> of(
            SparkPlan plan, Expression features, Seq<Attribute> kept, ModelPackage model, TensorFlowThreads threads) {
        var columns = org.apache.spark.sql.catalyst.expressions.package$.MODULE$.AttributeSeq(plan.output());
        Expression boundFeatures = BindReferences.bindReference(features, columns, false);
        @SuppressWarnings("unchecked")
        Seq<Expression> boundKept = BindReferences.bindReferences((Seq<Expression>) (Seq<?>) kept, columns);
        return PlanRows.of(plan)
                .mapPartitions(rows -> new LightScores(rows, boundFeatures, boundKept, model, threads), true)
                .rdd();
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
            InternalRow struct = (InternalRow) features.eval(row);
            places[count] = struct == null ? -1 : block.size();
            if (struct != null) {
                FeatureArrays.addTo(block, struct);
            }
            // The features are in the block now; of the row itself only what is asked for is copied.
            pending[count++] = kept.apply(row).copy();
        }
        scores = block.score();
    }
}
