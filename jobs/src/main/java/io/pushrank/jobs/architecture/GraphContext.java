package io.pushrank.jobs.architecture;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
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

    /** Scalars that change from step to step. */
    public record Schedule(
            Placeholder<TFloat32> learningRate,
            Placeholder<TFloat32> momentum,
            Placeholder<TFloat32> momentumLimit,
            Placeholder<TFloat32> renormR,
            Placeholder<TFloat32> renormD,
            Placeholder<TInt64> dropoutSeed) {
        public static Schedule create(Ops tf) {
            Placeholder.Options scalar = Placeholder.shape(Shape.scalar());
            return new Schedule(
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TFloat32.class, scalar),
                    tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2))));
        }
    }

    public final Ops tf;
    public final GraphVariables variables;
    final Path path;
    /** Null outside of the training path. */
    public final Schedule schedule;

    public final List<Normalization> normalizations = new ArrayList<>();
    public final List<EmbeddingRead> embeddingReads = new ArrayList<>();
    /** Normalizations whose renormalization has statistics of its own, see {@link RenormMemory}. */
    public final List<String> renormalizations = new ArrayList<>();
    /** Statistics' new values by name: assigned once every gradient has been taken. */
    public final List<StatisticUpdate> updates = new ArrayList<>();

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
        return path == Path.TRAINING;
    }

    /** A different number for each dropout of the path, so that no two share their randomness. */
    int nextDropout() {
        return dropouts++;
    }
}
