package io.pushrank.jobs.architecture;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** What layers need while a path through the ranker is built. */
public final class GraphContext {
    /** Which path: each uses the same variables. */
    public enum Path {
        /** Batch statistics and dropout; collects updates and embedding reads. */
        TRAINING,
        /**
         * As TRAINING, from some of a batch's rows. What depends on all of its rows is fed: {@link #wholeBatchValues}, and at
         * each {@link Cut} the moments.
         */
        SHARE,
        /** Moving statistics; also exposes each normalization's own moments, so that they can be recomputed. */
        EVALUATION,
        /** Moving statistics and nothing else: what is exported. */
        SERVING
    }

    /**
     * A normalization whose moving statistics can be recomputed.
     *
     * @param name prefix of its variables
     * @param depth normalizations of one depth do not depend on each other
     * @param mean of its input a position, over the batch
     * @param variance of its input a position, over the batch
     */
    public record Normalization(String name, int depth, Operand<TFloat32> mean, Operand<TFloat32> variance) {}

    /**
     * Rows read from an embedding table: gradients are taken with respect to the rows, not the table, which may be
     * large.
     *
     * @param table name of the table's variable
     * @param ids int64[n] rows read
     * @param rows float[n, dimensions] what was read
     */
    public record EmbeddingRead(String table, Operand<TInt64> ids, Operand<TFloat32> rows) {}

    /**
     * A normalization on the way of a share, where the path ends and begins anew: its input is fed as it was calculated, its
     * moments as those of the whole batch. Inputs are [a, rows, 1, width].
     *
     * @param depth as in {@link Normalization}
     * @param output what the path before it gives
     * @param mean of the output a position, over the share
     * @param variance of the output a position, over the share
     * @param input where the path begins anew
     * @param batchMean [width] the whole batch's
     * @param batchVariance [width] the whole batch's
     * @param gamma scale of the normalization
     * @param beta shift of the normalization
     * @param count values a position in the whole batch
     */
    public record Cut(
            int depth,
            Operand<TFloat32> output,
            Operand<TFloat32> mean,
            Operand<TFloat32> variance,
            Placeholder<TFloat32> input,
            Placeholder<TFloat32> batchMean,
            Placeholder<TFloat32> batchVariance,
            Operand<TFloat32> gamma,
            Operand<TFloat32> beta,
            Operand<TFloat32> count) {}

    /**
     * Scalars that change from step to step.
     *
     * @param batchRows rows of the whole batch; fed to the path of a share only
     */
    public record Schedule(
            Placeholder<TFloat32> learningRate,
            Placeholder<TFloat32> momentum,
            Placeholder<TFloat32> momentumLimit,
            Placeholder<TFloat32> renormR,
            Placeholder<TFloat32> renormD,
            Placeholder<TInt64> dropoutSeed,
            Placeholder<TFloat32> batchRows) {
        public static Schedule create(Ops tf) {
            Placeholder.Options scalar = Placeholder.shape(Shape.scalar());
            return new Schedule(
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2))),
                    tf.placeholder(TFloat32.class, scalar));
        }
    }

    public final Ops tf;
    public final GraphVariables variables;
    final Path path;
    /** Null outside of the training paths. */
    public final Schedule schedule;

    public final List<Normalization> normalizations = new ArrayList<>();
    public final List<EmbeddingRead> embeddingReads = new ArrayList<>();
    /** Normalizations whose renormalization has statistics of its own, see {@link RenormMemory}. */
    public final List<String> renormalizations = new ArrayList<>();
    /** Statistics' new values by name: assigned once every gradient has been taken. */
    public final List<StatisticUpdate> updates = new ArrayList<>();

    /** Of a share: what is calculated from all rows of the batch first, and then fed in its own place. */
    public final List<Operand<TFloat32>> wholeBatchValues = new ArrayList<>();
    /** Of a share: done with all rows of the batch first. */
    public final List<Op> wholeBatchUpdates = new ArrayList<>();
    /** Of a share. */
    public final List<Cut> cuts = new ArrayList<>();

    private int dropouts;

    /** A statistic's next value. */
    public record StatisticUpdate(String name, Operand<TFloat32> value) {}

    public GraphContext(Ops tf, GraphVariables variables, Path path, Schedule schedule) {
        this.tf = tf;
        this.variables = variables;
        this.path = path;
        this.schedule = schedule;
    }

    boolean training() {
        return path == Path.TRAINING || path == Path.SHARE;
    }

    /** A value that depends on all rows of a batch, but on no weight; the path of a share has it fed. */
    Operand<TFloat32> ofWholeBatch(Operand<TFloat32> value) {
        if (path == Path.SHARE) {
            wholeBatchValues.add(value);
        }
        return value;
    }

    /** A different number for each dropout of the path, so that no two share their randomness. */
    int nextDropout() {
        return dropouts++;
    }
}
