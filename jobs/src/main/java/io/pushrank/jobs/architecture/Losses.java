package io.pushrank.jobs.architecture;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Losses with gradients that TensorFlow's C++ library has. */
final class Losses {
    /** Keeps the division finite where no row of a batch counts; far below any row's weight. */
    private static final float TINY = 1e-12f;

    private Losses() {}

    static Operand<TFloat32> sum(Ops tf, Operand<TFloat32> vector) {
        return tf.sum(vector, tf.constant(0));
    }

    /** Σ weight · sigmoid cross-entropy / denominator; as softplus(z) − z·y, since the fused operation has no gradient. */
    static Operand<TFloat32> weighted(
            Ops tf,
            Operand<TFloat32> logits,
            Operand<TFloat32> labels,
            Operand<TFloat32> weight,
            Operand<TFloat32> denominator) {
        Operand<TFloat32> each = tf.math.sub(tf.math.softplus(logits), tf.math.mul(logits, labels));
        return tf.math.div(sum(tf, tf.math.mul(weight, each)), tf.math.maximum(denominator, tf.constant(TINY)));
    }
}
