package io.pushrank.jobs.train;

import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A batch's features as architectures take them; what none of them asks for has no variables. */
final class HeavyInput {
    /** Where features lie in the variables of {@link #dense}. */
    static final List<InputAxis> DENSE_AXES = InputAxis.normalisation("input_norm", InputAxis.Inputs.CONTINUOUS);

    private final GraphContext context;
    private final ModelInputs inputs;
    private final HeavyParams params;
    private final FeatureShape shape;

    HeavyInput(GraphContext context, ModelInputs inputs, HeavyParams params, FeatureShape shape) {
        this.context = context;
        this.inputs = inputs;
        this.params = params;
        this.shape = shape;
    }

    /** Columns of {@link #dense}. */
    int width() {
        return width(params, shape);
    }

    static int width(HeavyParams params, FeatureShape shape) {
        return shape.continuous() + shape.binary() + 2 * params.embeddingDimensions();
    }

    /** [B, width]: normalised continuous, binary, the sum of sparse embeddings, that of sparse continuous ones. */
    Operand<TFloat32> dense() {
        int buckets = 1 << params.hashBits();
        int dimensions = params.embeddingDimensions();
        Initializer zeros = Initializer.constant(0);
        return context.tf.concat(
                List.of(
                        continuous(),
                        inputs.binary,
                        inputs.sparse.build(context, "sparse", buckets, dimensions, zeros),
                        inputs.sparseContinuous
                                .maxNormalised(context, "sparse_continuous", buckets)
                                .build(context, "sparse_continuous", buckets, dimensions, zeros)),
                context.tf.constant(1));
    }

    /** Logarithms, batch normalisation, clipped to [-5, 5]. */
    private Operand<TFloat32> continuous() {
        Ops tf = context.tf;
        Operand<TFloat32> normalised =
                BatchNormalisation.renormalised(context, "input_norm", 0, logarithms(), shape.continuous());
        return tf.math.minimum(tf.math.maximum(normalised, tf.constant(-5f)), tf.constant(5f));
    }

    /** [B, continuous]: sign(x)·log(1+|x|); 0 where missing. */
    private Operand<TFloat32> logarithms() {
        Ops tf = context.tf;
        Operand<TFloat32> zeros = tf.zerosLike(inputs.continuous);
        Operand<TFloat32> known = tf.select(inputs.continuousMissing, zeros, inputs.continuous);
        return tf.math.mul(tf.math.sign(known), tf.math.log1p(tf.math.abs(known)));
    }
}
