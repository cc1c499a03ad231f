package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.VariableNames;
import io.pushrank.udf.text.OptionalKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;

/**
 * The published heavy ranker: a tower of its own for each task, each of blocks of a channel-wise dense layer along the
 * input's length and a convolution along it, then a dense layer to one logit.
 *
 * @param blocks in order, at least one
 * @param initialScale initial kernels of the dense halves are the initializer's times this, in (0, 1]; null is 1, as published. A
 *     batch normalization follows each of them, so that it hardly changes an output, but how fast training turns a kernel:
 *     from small ones, what is random in them is soon gone
 */
@ModelName("clemnet")
public record ClemNet(List<Block> blocks, @OptionalKey Double initialScale) implements Architecture {
    public ClemNet {
        Bounds.require(
                initialScale == null || (initialScale > 0 && initialScale <= 1),
                "clemnet.initial_scale",
                "in (0, 1]",
                initialScale);
        Bounds.require(
                blocks != null && !blocks.isEmpty() && blocks.stream().noneMatch(Objects::isNull),
                "clemnet.blocks",
                "a list of at least 1 block",
                blocks);
        blocks = List.copyOf(blocks);
        for (int index = 0; index < blocks.size(); index++) {
            blocks.get(index).require("clemnet.blocks[" + index + "]");
        }
    }

    /**
     * One block; each part may be left out, not both. In order: channel-wise dense, batch normalization a position,
     * activation; convolution, batch normalization a position, activation; residual. What is null is as published.
     *
     * @param units outputs of the dense half, from 0 to 16384; 0 leaves it out, and the length stays
     * @param kernel width of the convolution, odd, from 1 to 99
     * @param filters outputs of the convolution, from 0 to 256; 0 leaves it out, and the number of channels stays
     * @param residual whether a 1×1 convolution without bias is added to the block's output: of the block's input where it
     *     is as long as the output, else of the dense half's output
     * @param activation of both halves; null: ReLU
     * @param bias whether both halves add a bias; null: true
     * @param strides positions from one output of the convolution to the next, from 1 to 99; null: 1
     * @param padding of the convolution; null: same
     * @param initializer of the kernels; null: glorot_uniform
     */
    public record Block(
            int units,
            int kernel,
            int filters,
            boolean residual,
            @OptionalKey ActivationKind activation,
            @OptionalKey Boolean bias,
            @OptionalKey Integer strides,
            @OptionalKey Padding padding,
            @OptionalKey InitializerKind initializer) {
        /** A block that is as published but for its sizes. */
        public static Block published(int units, int kernel, int filters, boolean residual) {
            return new Block(units, kernel, filters, residual, null, null, null, null, null);
        }

        private Operand<TFloat32> activated(Ops tf, Operand<TFloat32> x) {
            return (activation == null ? ActivationKind.RELU : activation).of(tf, x);
        }

        private boolean addsBias() {
            return bias == null || bias;
        }

        private int step() {
            return strides == null ? 1 : strides;
        }

        private boolean pads() {
            return padding == null || padding == Padding.SAME;
        }

        private Initializer initial(long fanIn, long fanOut) {
            return (initializer == null ? InitializerKind.GLOROT_UNIFORM : initializer).of(fanIn, fanOut);
        }

        /** Positions that the convolution makes of so many; below 1 where its kernel does not fit. */
        private int convolved(int length) {
            return Math.floorDiv(pads() ? length - 1 : length - kernel, step()) + 1;
        }

        private void require(String key) {
            Bounds.within(key + ".units", units, 0, 16384);
            Bounds.require(
                    kernel >= 1 && kernel <= 99 && kernel % 2 == 1, key + ".kernel", "odd, from 1 to 99", kernel);
            Bounds.within(key + ".filters", filters, 0, 256);
            Bounds.require(units + filters > 0, key + ".units + filters", "above 0", units + filters);
            Bounds.within(key + ".strides", step(), 1, 99);
            Bounds.require(
                    !residual || filters == 0 || (step() == 1 && (pads() || kernel == 1)),
                    key + ".residual",
                    "false where strides or padding change the length",
                    residual);
        }
    }

    @Override
    public Logits logits(GraphContext context, HeavyInput input) {
        Operand<TFloat32> x = input.dense();
        return new Logits(
                new Tower(context, VariableNames.OONC).logits(x, input.width()),
                new Tower(context, VariableNames.ENGAGEMENT).logits(x, input.width()));
    }

    @Override
    public long multiplications(HeavyParams params, FeatureShape shape) {
        int length = HeavyInput.width(params, shape);
        long channels = 1;
        long tower = 0;
        for (Block block : blocks) {
            long inChannels = channels;
            if (block.units() > 0) {
                tower += channels * length * block.units();
                length = block.units();
            }
            if (block.filters() > 0) {
                length = block.convolved(length);
                tower += length * channels * block.kernel() * block.filters();
                channels = block.filters();
            }
            if (block.residual()) {
                tower += length * channels * inChannels;
            }
        }
        return 2 * (tower + length * channels);
    }

    @Override
    public List<InputAxis> inputAxes(HeavyParams params, FeatureShape shape) {
        int width = HeavyInput.width(params, shape);
        Block first = blocks.get(0);
        Bounds.require(
                first.units() > 0,
                "clemnet.blocks[0].units",
                "above 0 for a warm start, since a convolution ties each feature to its neighbors in the list",
                first.units());
        Bounds.require(
                !first.residual() || first.units() != width,
                "clemnet.blocks[0].residual",
                "false for a warm start with " + width + " inputs, since it ties each input to the output of its place",
                first.residual());
        List<InputAxis> axes = new ArrayList<>(HeavyInput.DENSE_AXES);
        for (String tower : VariableNames.TASKS) {
            axes.add(new InputAxis(
                    VariableNames.kernel(VariableNames.dense(VariableNames.block(tower, 0))),
                    1,
                    InputAxis.Inputs.DENSE));
        }
        return axes;
    }

    /**
     * The graph of one task. Activations are [channels, B, 1, length], so that batch normalization a position is
     * TensorFlow's fused one and each channel's matrix product is an ordinary one, which its CPU library fuses with the
     * bias.
     */
    private final class Tower {
        private final GraphContext context;
        private final Ops tf;
        private final String name;

        Tower(GraphContext context, String name) {
            this.context = context;
            this.tf = context.tf;
            this.name = name;
        }

        /** [B, width] -> [B]. */
        Operand<TFloat32> logits(Operand<TFloat32> x, int width) {
            Activation hidden = new Activation(tf.reshape(x, tf.constant(new int[] {1, -1, 1, width})), 1, width);
            for (int index = 0; index < blocks.size(); index++) {
                Block params = blocks.get(index);
                int length = params.units() > 0 ? params.units() : hidden.length();
                Bounds.require(
                        params.filters() == 0 || params.convolved(length) > 0,
                        "clemnet.blocks[" + index + "].kernel",
                        "at most " + length + ", the length of its input, without padding",
                        params.kernel());
                hidden = block(VariableNames.block(name, index), 1 + 2 * index, params, hidden);
            }
            int flat = hidden.length() * hidden.channels();
            // Flattened position by position, its channels beside each other.
            Operand<TFloat32> flattened = tf.reshape(
                    tf.linalg.transpose(hidden.values(), tf.constant(new int[] {1, 3, 0, 2})),
                    tf.constant(new int[] {-1, flat}));
            return DenseLayers.logit(context, VariableNames.logit(name), flattened, flat);
        }

        private Activation block(String block, int depth, Block params, Activation input) {
            Activation dense = params.units() == 0
                    ? input
                    : normalized(
                            VariableNames.denseNorm(block),
                            depth,
                            params,
                            channelWiseDense(VariableNames.dense(block), params, input));
            Activation output = params.filters() == 0
                    ? dense
                    : normalized(
                            VariableNames.convolutionNorm(block),
                            depth + 1,
                            params,
                            convolution(VariableNames.convolution(block), params, dense));
            if (!params.residual()) {
                return output;
            }
            Activation skipped = input.length() == output.length() ? input : dense;
            Block one = new Block(0, 1, output.channels(), false, null, false, null, null, params.initializer());
            Activation residual = convolution(VariableNames.residual(block), one, skipped);
            return new Activation(tf.math.add(output.values(), residual.values()), output.channels(), output.length());
        }

        private Activation normalized(String norm, int depth, Block params, Activation x) {
            return new Activation(
                    params.activated(tf, BatchNormalization.fused(context, norm, depth, x.values(), x.length())),
                    x.channels(),
                    x.length());
        }

        /** One matrix a channel. */
        private Activation channelWiseDense(String layer, Block params, Activation x) {
            int count = x.channels();
            int in = x.length();
            int out = params.units();
            Initializer initial = params.initial(in, out).times(initialScale == null ? 1 : initialScale);
            Operand<TFloat32> kernel = context.variables.trained(VariableNames.kernel(layer), initial, count, in, out);
            Operand<TFloat32> bias = params.addsBias()
                    ? context.variables.trained(VariableNames.bias(layer), Initializer.constant(0), count, out)
                    : null;
            List<Operand<TFloat32>> channels = unstack(tf.squeeze(x.values(), Squeeze.axis(List.of(2L))), count);
            List<Operand<TFloat32>> kernels = unstack(kernel, count);
            List<Operand<TFloat32>> biases = bias == null ? List.of() : unstack(bias, count);
            List<Operand<TFloat32>> outputs = new ArrayList<>();
            for (int channel = 0; channel < count; channel++) {
                Operand<TFloat32> product = tf.linalg.matMul(channels.get(channel), kernels.get(channel));
                outputs.add(bias == null ? product : tf.nn.biasAdd(product, biases.get(channel)));
            }
            // A stack of one, since the gradient of expandDims asks for the shape of what it expands: a share's step
            // would
            // calculate the products again for it.
            Operand<TFloat32> stacked = tf.stack(outputs, Stack.axis(0L));
            return new Activation(tf.stack(List.of(stacked), Stack.axis(2L)), count, out);
        }

        /** Conv1D along the length. */
        private Activation convolution(String layer, Block params, Activation x) {
            int in = x.channels();
            int width = params.kernel();
            int filters = params.filters();
            long stride = params.step();
            Operand<TFloat32> kernel = context.variables.trained(
                    VariableNames.kernel(layer),
                    params.initial((long) width * in, (long) width * filters),
                    1,
                    width,
                    in,
                    filters);
            Operand<TFloat32> channelsLast = tf.linalg.transpose(x.values(), tf.constant(new int[] {1, 2, 3, 0}));
            Operand<TFloat32> convolved = tf.nn.conv2d(
                    channelsLast, kernel, List.of(1L, stride, stride, 1L), params.pads() ? "SAME" : "VALID");
            if (params.addsBias()) {
                convolved = tf.nn.biasAdd(
                        convolved,
                        context.variables.trained(VariableNames.bias(layer), Initializer.constant(0), filters));
            }
            return new Activation(
                    tf.linalg.transpose(convolved, tf.constant(new int[] {3, 0, 1, 2})),
                    filters,
                    params.convolved(x.length()));
        }

        private List<Operand<TFloat32>> unstack(Operand<TFloat32> x, int count) {
            return List.copyOf(tf.unstack(x, (long) count, Unstack.axis(0L)).output());
        }
    }

    /** Values [channels, B, 1, length]. */
    private record Activation(Operand<TFloat32> values, int channels, int length) {}
}
