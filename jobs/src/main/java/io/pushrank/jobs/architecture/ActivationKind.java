package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What follows the normalization of a ClemNet block's half. */
public enum ActivationKind {
    /** max(x, 0), as published. */
    @JsonProperty("relu")
    RELU,
    /** x itself. */
    @JsonProperty("linear")
    LINEAR,
    @JsonProperty("tanh")
    TANH,
    /** 1 / (1 + e^-x). */
    @JsonProperty("sigmoid")
    SIGMOID,
    /** x · Φ(x), Φ the normal distribution, not its approximation by tanh. */
    @JsonProperty("gelu")
    GELU,
    /** x · sigmoid(x). */
    @JsonProperty("swish")
    SWISH;

    Operand<TFloat32> of(Ops tf, Operand<TFloat32> x) {
        return switch (this) {
            case RELU -> tf.nn.relu(x);
            case LINEAR -> x;
            case TANH -> tf.math.tanh(x);
            case SIGMOID -> tf.math.sigmoid(x);
            case GELU ->
                tf.math.mul(
                        tf.math.mul(x, tf.constant(0.5f)),
                        tf.math.add(tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5)))), tf.constant(1f)));
            case SWISH -> tf.math.mul(x, tf.math.sigmoid(x));
        };
    }
}
