package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelSignature;
import io.pushrank.udf.model.VariableNames;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A batch's features as architectures take them; what none of them asks for has no variables. */
final class HeavyInput {
    /** Where features lie in the variables of {@link #dense}. */
    static final List<InputAxis> DENSE_AXES =
            InputAxis.normalization(VariableNames.INPUT_NORM, InputAxis.Inputs.CONTINUOUS);

    private final GraphContext context;
    private final Ops tf;
    private final ModelInputs inputs;
    private final HeavyParams params;
    private final FeatureShape shape;

    HeavyInput(GraphContext context, ModelInputs inputs, HeavyParams params, FeatureShape shape) {
        this.context = context;
        this.tf = context.tf;
        this.inputs = inputs;
        this.params = params;
        this.shape = shape;
    }

    /** Columns of {@link #dense}. */
    int width() {
        return width(params, shape);
    }

    static int width(HeavyParams params, FeatureShape shape) {
        return shape.continuous() + shape.binary() + (params.hasSparseBranch() ? 2 * params.embeddingDimensions() : 0);
    }

    /**
     * [B, width]: continuous, as logarithms, batch-normalized and clipped to [-5, 5]; binary; the embedding sum of sparse
     * features; that of sparse continuous ones. Without a sparse branch it ends with the binary ones.
     */
    Operand<TFloat32> dense() {
        List<Operand<TFloat32>> parts = new ArrayList<>(List.of(normalized(), binary()));
        if (params.hasSparseBranch()) {
            int dimensions = params.embeddingDimensions();
            Initializer zeros = Initializer.constant(0);
            parts.add(sparse().build(context, ModelSignature.SPARSE, buckets(), dimensions, zeros));
            parts.add(sparseContinuous()
                    .maxNormalized(context, ModelSignature.SPARSE_CONTINUOUS, buckets())
                    .build(context, ModelSignature.SPARSE_CONTINUOUS, buckets(), dimensions, zeros));
        }
        return tf.concat(parts, tf.constant(1));
    }

    private Operand<TFloat32> normalized() {
        Operand<TFloat32> normalized = BatchNormalization.renormalized(
                context,
                VariableNames.INPUT_NORM,
                0,
                logarithms(),
                shape.continuous(),
                new BatchNormalization.Momenta(null, params.training().renormMomentum()));
        return tf.math.minimum(tf.math.maximum(normalized, tf.constant(-5f)), tf.constant(5f));
    }

    /** [B, continuous]: sign(x)·log(1+|x|); 0 where missing. */
    Operand<TFloat32> logarithms() {
        Operand<TFloat32> zeros = tf.zerosLike(inputs.continuous);
        return signedLogarithm(tf, tf.select(inputs.continuousMissing, zeros, inputs.continuous));
    }

    /** sign(x)·log(1+|x|). */
    static Operand<TFloat32> signedLogarithm(Ops tf, Operand<TFloat32> x) {
        return tf.math.mul(tf.math.sign(x), tf.math.log1p(tf.math.abs(x)));
    }

    /** [B, continuous]: 1 where missing, else 0. */
    Operand<TFloat32> missing() {
        return tf.dtypes.cast(inputs.continuousMissing, TFloat32.class);
    }

    /** [B, binary]. */
    Operand<TFloat32> binary() {
        return inputs.binary;
    }

    EmbeddingSum sparse() {
        return inputs.sparse;
    }

    EmbeddingSum sparseContinuous() {
        return inputs.sparseContinuous;
    }

    /** Different ids of sparse entries. */
    int buckets() {
        return 1 << params.hashBits();
    }

    /** Columns of {@link #logarithms}, {@link #missing} and {@link #binary} together. */
    int linearWidth() {
        return 2 * shape.continuous() + shape.binary();
    }
}
