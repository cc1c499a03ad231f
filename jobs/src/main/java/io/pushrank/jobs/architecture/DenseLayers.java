package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.VariableNames;
import java.util.List;
import java.util.Objects;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** Ordinary dense layers of [B, width], and layer normalization. */
final class DenseLayers {
    /** Added to the variance of {@link #normalized}. */
    private static final float EPSILON = 1e-3f;

    private DenseLayers() {}

    /** x · {@code <name>.kernel[in,out]}. */
    static Operand<TFloat32> product(GraphContext context, String name, Operand<TFloat32> x, int in, int out) {
        return context.tf.linalg.matMul(
                x, context.variables.trained(VariableNames.kernel(name), Initializer.glorot(in, out), in, out));
    }

    /** x · {@code <name>.kernel[in,out]} + {@code <name>.bias[out]}. */
    static Operand<TFloat32> dense(GraphContext context, String name, Operand<TFloat32> x, int in, int out) {
        return context.tf.nn.biasAdd(
                product(context, name, x, in, out),
                context.variables.trained(VariableNames.bias(name), Initializer.constant(0), out));
    }

    /** Layers {@code <name>.layer_<i>} one after another, a ReLU behind each; x itself where there are none. */
    static Operand<TFloat32> perceptron(
            GraphContext context, String name, Operand<TFloat32> x, int in, List<Integer> units) {
        Operand<TFloat32> hidden = x;
        int width = in;
        for (int index = 0; index < units.size(); index++) {
            int out = units.get(index);
            hidden = context.tf.nn.relu(dense(context, name + ".layer_" + index, hidden, width, out));
            width = out;
        }
        return hidden;
    }

    /** Outputs of {@link #perceptron}. */
    static int width(int in, List<Integer> units) {
        return units.isEmpty() ? in : units.get(units.size() - 1);
    }

    /** A dense layer with one output: [B, in] -> [B]. */
    static Operand<TFloat32> logit(GraphContext context, String name, Operand<TFloat32> x, int in) {
        return context.tf.reshape(dense(context, name, x, in, 1), context.tf.constant(new int[] {-1}));
    }

    /**
     * Layer normalization (Ba et al. 2016): each row by its own mean and variance, then {@code <name>.gamma[width]} and
     * {@code <name>.beta[width]}.
     */
    static Operand<TFloat32> normalized(GraphContext context, String name, Operand<TFloat32> x, int width) {
        Ops tf = context.tf;
        Operand<TFloat32> gamma = context.variables.trained(VariableNames.gamma(name), Initializer.constant(1), width);
        Operand<TFloat32> beta = context.variables.trained(VariableNames.beta(name), Initializer.constant(0), width);
        Operand<TFloat32> centered = tf.math.sub(x, tf.math.mean(x, tf.constant(1), Mean.keepDims(true)));
        Operand<TFloat32> variance = tf.math.mean(tf.math.square(centered), tf.constant(1), Mean.keepDims(true));
        Operand<TFloat32> deviation = tf.math.sqrt(tf.math.add(variance, tf.constant(EPSILON)));
        return tf.math.add(tf.math.mul(tf.math.div(centered, deviation), gamma), beta);
    }

    /** Checks a list of layers' outputs and returns a copy. */
    static List<Integer> requireUnits(String key, List<Integer> units) {
        Bounds.require(units != null && units.stream().noneMatch(Objects::isNull), key, "a list of numbers", units);
        for (int index = 0; index < units.size(); index++) {
            Bounds.within(key + "[" + index + "]", units.get(index), 1, 16384);
        }
        return List.copyOf(units);
    }
}
