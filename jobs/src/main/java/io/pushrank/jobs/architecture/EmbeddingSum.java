package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.VariableNames;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Sums of embedding rows over each example's sparse entries: value · table[id], plus a bias.
 *
 * @param ids int64[n] table rows
 * @param values float[n]
 * @param rows int64[n] the example each entry belongs to
 * @param examples int32 scalar, number of examples
 */
record EmbeddingSum(Operand<TInt64> ids, Operand<TFloat32> values, Operand<TInt64> rows, Operand<TInt32> examples) {

    /** [B, dimensions]; the table starts at {@code table}'s values and the bias at 1 / dimensions. */
    Operand<TFloat32> build(GraphContext context, String name, int buckets, int dimensions, Initializer table) {
        Ops tf = context.tf;
        Operand<TFloat32> bias =
                context.variables.trained(VariableNames.bias(name), Initializer.constant(1f / dimensions), dimensions);
        return tf.math.add(sum(context, VariableNames.table(name), buckets, dimensions, table), bias);
    }

    /** [B, dimensions]: the same without a bias, of the named table. */
    Operand<TFloat32> sum(GraphContext context, String name, int buckets, int dimensions, Initializer table) {
        Ops tf = context.tf;
        Operand<TFloat32> read = read(context, name, ids, buckets, dimensions, table);
        Operand<TFloat32> scaled = tf.math.mul(read, tf.expandDims(values, tf.constant(1)));
        return tf.math.unsortedSegmentSum(scaled, rows, examples);
    }

    /**
     * Sparse continuous values, each clipped to [-1, 1] after division by its bucket's largest absolute value so far, plus a
     * learned bias of its bucket.
     */
    EmbeddingSum maxNormalized(GraphContext context, String name, int buckets) {
        Ops tf = context.tf;
        String maximumName = VariableNames.maximum(name);
        Operand<TFloat32> maximum = context.variables.statistic(maximumName, 1e-5f, buckets);
        if (context.training()) {
            // The batch's own values count before they are normalized: a first value is 1, not clipped.
            var updated = tf.scatterMax(context.variables.variable(maximumName), ids, tf.math.abs(values));
            if (context.path == GraphContext.Path.SHARE) {
                context.wholeBatchUpdates.add(updated);
            } else {
                maximum = tf.withControlDependencies(updated).identity(context.variables.variable(maximumName));
            }
        }
        Operand<TFloat32> largest = tf.gather(maximum, ids, tf.constant(0));
        Operand<TFloat32> ratio =
                tf.math.minimum(tf.math.maximum(tf.math.div(values, largest), tf.constant(-1f)), tf.constant(1f));
        Operand<TFloat32> bias =
                read(context, VariableNames.bucketBias(name), ids, buckets, 1, Initializer.constant(0));
        return new EmbeddingSum(ids, tf.math.add(ratio, tf.reshape(bias, tf.constant(new int[] {-1}))), rows, examples);
    }

    private static Operand<TFloat32> read(
            GraphContext context, String table, Operand<TInt64> ids, int buckets, int dimensions, Initializer initial) {
        Operand<TFloat32> whole = context.variables.trained(table, initial, buckets, dimensions);
        Operand<TFloat32> rows = context.tf.gather(whole, ids, context.tf.constant(0));
        if (context.training()) {
            context.embeddingReads.add(new GraphContext.EmbeddingRead(table, ids, rows));
        }
        return rows;
    }
}
