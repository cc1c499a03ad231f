package io.pushrank.jobs.train;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;

/**
 * One tower of the heavy ranker: blocks of a channel-wise dense layer along the input's length and a convolution along
 * it, then a dense layer to one logit.
 *
 * <p>Activations are [channels, B, 1, length], so that batch normalisation a position is TensorFlow's fused one and each
 * channel's matrix product is an ordinary one, which its CPU library fuses with the bias.
 */
final class ClemNet {
    private final GraphContext context;
    private final Ops tf;
    private final HeavyParams params;
    private final String tower;

    ClemNet(GraphContext context, HeavyParams params, String tower) {
        this.context = context;
        this.tf = context.tf;
        this.params = params;
        this.tower = tower;
    }

    /**
     * Builds the tower.
     *
     * @param x [B, width]
     * @return logits [B]
     */
    Operand<TFloat32> logits(Operand<TFloat32> x, int width) {
        List<Operand<TFloat32>> channels = List.of(x);
        Operand<TFloat32> hidden = null;
        int length = width;
        for (int block = 0; block < params.layers().size(); block++) {
            String name = tower + ".block_" + block;
            int depth = 1 + 2 * block;
            int out = params.layers().get(block);
            Operand<TFloat32> dense = channelWiseDense(name + ".dense", channels, length, out);
            dense = tf.nn.relu(BatchNormalisation.fused(context, name + ".dense_norm", depth, dense, out));
            hidden = convolution(name, dense, channels.size());
            hidden = BatchNormalisation.fused(context, name + ".convolution_norm", depth + 1, hidden, out);
            if (params.residual()) {
                hidden = tf.math.add(hidden, residual(name + ".residual", dense, channels.size()));
            }
            length = out;
            channels = unstack(tf.squeeze(hidden, Squeeze.axis(List.of(2L))), params.filters());
        }
        int flat = length * params.filters();
        Operand<TFloat32> kernel =
                context.variables.trained(tower + ".logit.kernel", Initializer.glorot(flat, 1), flat, 1);
        Operand<TFloat32> bias = context.variables.trained(tower + ".logit.bias", Initializer.constant(0), 1);
        // Flattened position by position, its channels beside each other.
        Operand<TFloat32> flattened = tf.reshape(
                tf.linalg.transpose(hidden, tf.constant(new int[] {1, 3, 0, 2})), tf.constant(new int[] {-1, flat}));
        Operand<TFloat32> logit = tf.nn.biasAdd(tf.linalg.matMul(flattened, kernel), bias);
        return tf.reshape(logit, tf.constant(new int[] {-1}));
    }

    /** One matrix a channel: [B, in] each -> [channels, B, 1, out]. */
    private Operand<TFloat32> channelWiseDense(String name, List<Operand<TFloat32>> channels, int in, int out) {
        int count = channels.size();
        Operand<TFloat32> kernel =
                context.variables.trained(name + ".kernel", Initializer.glorot(in, out), count, in, out);
        Operand<TFloat32> bias = context.variables.trained(name + ".bias", Initializer.constant(0), count, out);
        List<Operand<TFloat32>> kernels = unstack(kernel, count);
        List<Operand<TFloat32>> biases = unstack(bias, count);
        List<Operand<TFloat32>> outputs = new ArrayList<>();
        for (int channel = 0; channel < count; channel++) {
            outputs.add(
                    tf.nn.biasAdd(tf.linalg.matMul(channels.get(channel), kernels.get(channel)), biases.get(channel)));
        }
        return tf.expandDims(tf.stack(outputs, Stack.axis(0L)), tf.constant(2));
    }

    /** Conv1D along the length, SAME, with bias: [in, B, 1, length] -> [filters, B, 1, length]. */
    private Operand<TFloat32> convolution(String name, Operand<TFloat32> x, int in) {
        int filters = params.filters();
        int kernelWidth = params.kernel();
        Operand<TFloat32> kernel = context.variables.trained(
                name + ".convolution.kernel",
                Initializer.glorot((long) kernelWidth * in, (long) kernelWidth * filters),
                1,
                kernelWidth,
                in,
                filters);
        Operand<TFloat32> bias =
                context.variables.trained(name + ".convolution.bias", Initializer.constant(0), filters);
        return channelsFirst(tf.nn.biasAdd(convolve(x, kernel), bias));
    }

    /**
     * A 1×1 convolution without bias of the convolution's input: the block's own input has another length unless its dense
     * half keeps it.
     */
    private Operand<TFloat32> residual(String name, Operand<TFloat32> x, int in) {
        int filters = params.filters();
        return channelsFirst(convolve(
                x, context.variables.trained(name + ".kernel", Initializer.glorot(in, filters), 1, 1, in, filters)));
    }

    private Operand<TFloat32> convolve(Operand<TFloat32> x, Operand<TFloat32> kernel) {
        Operand<TFloat32> channelsLast = tf.linalg.transpose(x, tf.constant(new int[] {1, 2, 3, 0}));
        return tf.nn.conv2d(channelsLast, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
    }

    private Operand<TFloat32> channelsFirst(Operand<TFloat32> x) {
        return tf.linalg.transpose(x, tf.constant(new int[] {3, 0, 1, 2}));
    }

    private List<Operand<TFloat32>> unstack(Operand<TFloat32> x, int count) {
        return List.copyOf(tf.unstack(x, (long) count, Unstack.axis(0L)).output());
    }
}
