package io.pushrank.udf.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * ClemNet's towers as few operations that run near the speed of a bare matrix product; {@link Planes} tells the layout.
 *
 * <p>The first normalization of a block is folded into the dense kernel and bias, exactly. The second one, a·z + b a position,
 * is followed by a ReLU: where a > 0 it equals a · ReLU(z + b / a), so that b / a joins the convolution's bias and a the rows
 * of the next kernel; where an a ≤ 0 is among them, a·z + b is calculated as such. The convolution takes b / a of each position
 * as one more channel, so that its bias, one number a filter, and its ReLU are one operation with it.
 *
 * @param <T> what activations and weights are kept and multiplied in, from the input to the last layer but the logit's
 */
final class FoldedClemNet<T extends TNumber> {
    private static final String BATCH_MATRIX_PRODUCT = "BatchMatMulV2";

    /**
     * Whether all blocks are of the kind that is folded: ReLU, strides of 1, padded. Keys that are absent are so.
     *
     * @param blocks as params.yaml has them
     */
    static boolean canFold(JsonNode blocks) {
        for (JsonNode block : blocks) {
            if (!block.path("activation").asText("relu").equals("relu")
                    || block.path("strides").asInt(1) != 1
                    || !block.path("padding").asText("same").equals("same")) {
                return false;
            }
        }
        return blocks.isArray();
    }

    /** As params.yaml has it. */
    record Block(int units, int kernel, int filters, boolean residual, boolean bias) {
        static List<Block> of(JsonNode blocks) {
            List<Block> result = new ArrayList<>();
            for (JsonNode block : blocks) {
                result.add(new Block(
                        block.path("units").asInt(),
                        block.path("kernel").asInt(),
                        block.path("filters").asInt(),
                        block.path("residual").asBoolean(),
                        block.path("bias").asBoolean(true)));
            }
            return result;
        }
    }

    private final Ops tf;
    private final ModelVariables variables;
    private final List<Block> blocks;
    private final Class<T> type;
    private final int gap;
    private int batchProducts;

    /** @param type TFloat32 or TBfloat16 */
    FoldedClemNet(Ops tf, ModelVariables variables, List<Block> blocks, Class<T> type) {
        this.tf = tf;
        this.variables = variables;
        this.blocks = blocks;
        this.type = type;
        this.gap = blocks.stream()
                .mapToInt(block -> block.filters() == 0 ? 0 : block.kernel() / 2)
                .max()
                .orElse(0);
    }

    /** Columns that the input must be padded to: zeros, and 1 at {@link #inputTail}'s place. */
    float[] inputTail(int width) {
        float[] tail = new float[Planes.stride(width, gap) - width];
        tail[Planes.constant(width, gap) - width] = 1;
        return tail;
    }

    /**
     * Builds the towers; the first layer is one matrix product for all of them.
     *
     * @param x float[B, stride]: the input, padded by {@link #inputTail}
     * @param width columns of the input without the padding
     * @return logits float[B] of each tower
     */
    List<Operand<TFloat32>> logits(Operand<TFloat32> x, int width, List<String> towers) {
        Planes<T> input = new Planes<>(tf.expandDims(narrowed(x), tf.constant(0)), null, 1, width, null, null);
        Block first = blocks.get(0);
        List<Operand<T>> shared = new ArrayList<>();
        if (first.units() > 0) {
            List<Operand<T>> kernels = new ArrayList<>();
            for (String tower : towers) {
                kernels.add(constant(
                        denseKernel(VariableNames.block(tower, 0), input, first),
                        1,
                        Planes.stride(width, gap),
                        Planes.stride(first.units(), gap)));
            }
            Operand<T> both = tf.nn.relu(batchProduct(input.values(), tf.concat(kernels, tf.constant(0))));
            for (int tower = 0; tower < towers.size(); tower++) {
                // A slice of the outermost dimension shares its memory.
                shared.add(tf.slice(both, tf.constant(new int[] {tower, 0, 0}), tf.constant(new int[] {1, -1, -1})));
            }
        }
        List<Operand<TFloat32>> logits = new ArrayList<>();
        for (int tower = 0; tower < towers.size(); tower++) {
            Planes<T> hidden = input;
            for (int index = 0; index < blocks.size(); index++) {
                Operand<T> dense = index == 0 && first.units() > 0 ? shared.get(tower) : null;
                hidden = block(VariableNames.block(towers.get(tower), index), hidden, blocks.get(index), dense);
            }
            logits.add(logit(VariableNames.logit(towers.get(tower)), hidden));
        }
        return logits;
    }

    private Planes<T> block(String name, Planes<T> input, Block block, Operand<T> calculated) {
        Planes<T> dense = input;
        if (block.units() > 0) {
            Operand<T> values = calculated;
            if (values == null) {
                values = tf.nn.relu(batchProduct(
                        input.values(),
                        constant(
                                denseKernel(name, input, block),
                                input.channels(),
                                Planes.stride(input.length(), gap),
                                Planes.stride(block.units(), gap))));
            }
            dense = new Planes<>(values, null, input.channels(), block.units(), null, null);
        }
        Planes<T> output = block.filters() == 0 ? dense : convolved(name, dense, block, block.units() == 0);
        return block.residual() ? withResidual(name, input, dense, output) : output;
    }

    /**
     * [channels, input's stride, output's stride]: what scales the input's positions in the rows, normalization in the columns,
     * the bias, over what the input holds there, in the row of its constant position.
     */
    private float[] denseKernel(String name, Planes<T> input, Block block) {
        int in = input.length();
        int out = block.units();
        int channels = input.channels();
        float[] kernel = variables.floats(VariableNames.kernel(VariableNames.dense(name)), channels, in, out);
        float[] bias = bias(VariableNames.dense(name), block, channels, out);
        BatchStatistics norm = new BatchStatistics(variables, VariableNames.denseNorm(name), out);
        int rows = Planes.stride(in, gap);
        int columns = Planes.stride(out, gap);
        float[] folded = new float[Math.multiplyExact(Math.multiplyExact(channels, rows), columns)];
        for (int channel = 0; channel < channels; channel++) {
            for (int i = 0; i < in; i++) {
                double scale = input.scaleAt(i);
                for (int o = 0; o < out; o++) {
                    folded[(channel * rows + i) * columns + o] =
                            (float) (kernel[(channel * in + i) * out + o] * scale * norm.scale()[o]);
                }
            }
            int row = (channel * rows + Planes.constant(in, gap)) * columns;
            double constant = input.constantOf(channel);
            for (int o = 0; o < out; o++) {
                folded[row + o] = (float) ((bias[channel * out + o] * norm.scale()[o] + norm.shift()[o]) / constant);
            }
            if (block.filters() == 0) {
                // A convolution would spread the 1, and sets its own constant.
                folded[row + Planes.constant(out, gap)] = (float) (1 / constant);
            }
        }
        return folded;
    }

    /** A layer's biases; zeros where it has none. */
    private float[] bias(String layer, Block block, int... dimensions) {
        return block.bias()
                ? variables.floats(
                        VariableNames.bias(layer),
                        Arrays.stream(dimensions).asLongStream().toArray())
                : new float[Arrays.stream(dimensions).reduce(1, Math::multiplyExact)];
    }

    /** @param masked whether the input's padding holds something */
    private Planes<T> convolved(String name, Planes<T> input, Block block, boolean masked) {
        Operand<T> values = masked ? settled(input, false) : input.values();
        float[] kernel = variables.floats(
                VariableNames.kernel(VariableNames.convolution(name)),
                1,
                block.kernel(),
                input.channels(),
                block.filters());
        float[] bias = bias(VariableNames.convolution(name), block, block.filters());
        BatchStatistics norm = new BatchStatistics(variables, VariableNames.convolutionNorm(name), input.length());
        return areWellAboveZero(norm.scale())
                ? shifted(values, input, block, kernel, bias, norm)
                : normalized(values, input, block, kernel, bias, norm);
    }

    /** With the shift as one more channel of the input, which the middle of the kernel adds to every filter. */
    private Planes<T> shifted(
            Operand<T> values, Planes<T> input, Block block, float[] kernel, float[] bias, BatchStatistics norm) {
        int length = input.length();
        int channels = input.channels();
        int filters = block.filters();
        int stride = Planes.stride(length, gap);
        float[] widened = new float[block.kernel() * (channels + 1) * filters];
        for (int k = 0; k < block.kernel(); k++) {
            System.arraycopy(kernel, k * channels * filters, widened, k * (channels + 1) * filters, channels * filters);
        }
        int middle = (block.kernel() / 2 * (channels + 1) + channels) * filters;
        Arrays.fill(widened, middle, middle + filters, 1);
        // The bias is added to the constant too, which must stay well above 0, and be known to the last bit.
        float largest = 0;
        for (float value : bias) {
            largest = Math.max(largest, Math.abs(value));
        }
        float constant = (float) Math.scalb(1.0, Math.getExponent(1 + largest) + 1);
        float[] constants = new float[filters];
        for (int filter = 0; filter < filters; filter++) {
            constants[filter] = narrowed(constant + narrowed(bias[filter]));
        }
        float[] shifts = new float[stride];
        for (int position = 0; position < length; position++) {
            shifts[position] = (float) (norm.shift()[position] / norm.scale()[position]);
        }
        shifts[Planes.constant(length, gap)] = constant;

        Operand<TInt32> rows = tf.stridedSlice(tf.shape(values), Indices.at(1));
        Operand<T> shift =
                tf.tile(constant(shifts, 1, 1, stride), tf.stack(List.of(tf.constant(1), rows, tf.constant(1))));
        Operand<T> convolved = convolution(
                tf.concat(List.of(values, shift), tf.constant(0)),
                constant(widened, 1, block.kernel(), channels + 1, filters),
                channels + 1);
        Operand<T> positive = tf.nn.relu(tf.nn.biasAdd(convolved, constant(bias, filters)));
        return planes(
                tf.reshape(positive, tf.constant(new int[] {-1, stride * filters})),
                length,
                filters,
                floats(norm.scale()),
                constants);
    }

    /** With the normalization as it was trained. */
    private Planes<T> normalized(
            Operand<T> values, Planes<T> input, Block block, float[] kernel, float[] bias, BatchStatistics norm) {
        int length = input.length();
        int filters = block.filters();
        int width = Planes.stride(length, gap) * filters;
        float[] scales = new float[width];
        float[] shifts = new float[width];
        for (int position = 0; position < length; position++) {
            double scale = norm.scale()[position];
            for (int filter = 0; filter < filters; filter++) {
                int index = position * filters + filter;
                scales[index] = (float) scale;
                shifts[index] = (float) (bias[filter] * scale + norm.shift()[position]);
            }
        }
        int constant = Planes.constant(length, gap) * filters;
        Arrays.fill(shifts, constant, constant + filters, 1);
        Operand<T> convolved =
                convolution(values, constant(kernel, 1, block.kernel(), input.channels(), filters), input.channels());
        Operand<T> scaled =
                tf.math.mul(tf.reshape(convolved, tf.constant(new int[] {-1, width})), constant(scales, width));
        return planes(tf.nn.relu(tf.nn.biasAdd(scaled, constant(shifts, width))), length, filters, null, null);
    }

    /** All rows as one long row of an image of height 1, [1, 1, B · stride, filters]. */
    private Operand<T> convolution(Operand<T> planes, Operand<T> kernel, int channels) {
        Operand<T> flat = tf.reshape(planes, tf.constant(new int[] {channels, -1}));
        Operand<T> image = tf.reshape(
                tf.linalg.transpose(flat, tf.constant(new int[] {1, 0})), tf.constant(new int[] {1, 1, -1, channels}));
        return tf.nn.conv2d(image, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
    }

    /** @param flat [B, stride · channels] */
    private Planes<T> planes(Operand<T> flat, int length, int channels, float[] scale, float[] constants) {
        Operand<T> planes = tf.reshape(
                tf.linalg.transpose(
                        tf.reshape(flat, tf.constant(new int[] {-1, channels})), tf.constant(new int[] {1, 0})),
                tf.constant(new int[] {channels, -1, Planes.stride(length, gap)}));
        return new Planes<>(planes, flat, channels, length, scale, constants);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int index = 0; index < values.length; index++) {
            floats[index] = (float) values[index];
        }
        return floats;
    }

    /** The values with what scales them, 0 in the padding but for 1 as the constant, where it is asked for. */
    private Operand<T> settled(Planes<T> planes, boolean withOne) {
        int stride = Planes.stride(planes.length(), gap);
        float[] mask = new float[planes.channels() * stride];
        for (int channel = 0; channel < planes.channels(); channel++) {
            for (int position = 0; position < planes.length(); position++) {
                mask[channel * stride + position] = (float) planes.scaleAt(position);
            }
            if (withOne) {
                mask[channel * stride + Planes.constant(planes.length(), gap)] =
                        (float) (1 / planes.constantOf(channel));
            }
        }
        return tf.math.mul(planes.values(), constant(mask, planes.channels(), 1, stride));
    }

    private Planes<T> withResidual(String name, Planes<T> input, Planes<T> dense, Planes<T> output) {
        Planes<T> skipped = input.length() == output.length() ? input : dense;
        int stride = Planes.stride(output.length(), gap);
        float[] kernel = variables.floats(
                VariableNames.kernel(VariableNames.residual(name)), 1, 1, skipped.channels(), output.channels());
        float[] turned = new float[kernel.length];
        for (int channel = 0; channel < skipped.channels(); channel++) {
            for (int filter = 0; filter < output.channels(); filter++) {
                turned[filter * skipped.channels() + channel] = kernel[channel * output.channels() + filter];
            }
        }
        Operand<T> flat = tf.reshape(settled(skipped, false), tf.constant(new int[] {skipped.channels(), -1}));
        Operand<T> residual = tf.reshape(
                tf.linalg.matMul(constant(turned, output.channels(), skipped.channels()), flat),
                tf.constant(new int[] {output.channels(), -1, stride}));
        return new Planes<>(
                tf.math.add(settled(output, true), residual), null, output.channels(), output.length(), null, null);
    }

    /** [B]. The kernel's rows are ordered position by position, channels beside each other. */
    private Operand<TFloat32> logit(String name, Planes<T> hidden) {
        int channels = hidden.channels();
        int stride = Planes.stride(hidden.length(), gap);
        float[] kernel = variables.floats(VariableNames.kernel(name), (long) hidden.length() * channels, 1);
        float[] padded = new float[stride * channels];
        for (int position = 0; position < hidden.length(); position++) {
            for (int channel = 0; channel < channels; channel++) {
                int index = position * channels + channel;
                padded[index] = (float) (kernel[index] * hidden.scaleAt(position));
            }
        }
        padded[Planes.constant(hidden.length(), gap) * channels] =
                (float) (variables.floats(VariableNames.bias(name), 1)[0] / hidden.constantOf(0));
        Operand<T> flat = hidden.channelsLast();
        if (flat == null) {
            flat = tf.reshape(
                    tf.linalg.transpose(hidden.values(), tf.constant(new int[] {1, 2, 0})),
                    tf.constant(new int[] {-1, stride * channels}));
        }
        // In single precision whatever the type: one column costs little, and nothing behind it averages its rounding.
        Operand<TFloat32> logit =
                tf.linalg.matMul(converted(flat, TFloat32.class), single(padded, (long) stride * channels, 1));
        return tf.reshape(logit, tf.constant(new int[] {-1}));
    }

    /**
     * Java's batchMatMul emits BatchMatMulV3, which TensorFlow's CPU library does not take.
     *
     * @param left [a, B, in], a = 1 stands for every kernel
     * @param right [b, in, out]
     */
    private Operand<T> batchProduct(Operand<T> left, Operand<T> right) {
        OperationBuilder product =
                tf.scope().opBuilder(BATCH_MATRIX_PRODUCT, BATCH_MATRIX_PRODUCT + "_" + batchProducts++);
        product.addInput(left.asOutput());
        product.addInput(right.asOutput());
        return product.build().<T>output(0);
    }

    private Operand<T> constant(float[] values, long... dimensions) {
        return narrowed(single(values, dimensions));
    }

    private Operand<TFloat32> single(float[] values, long... dimensions) {
        return tf.constant(Shape.of(dimensions), DataBuffers.of(values, true, false));
    }

    private Operand<T> narrowed(Operand<TFloat32> operand) {
        return converted(operand, type);
    }

    /** The nearest value that the type has; of two the even one. */
    private float narrowed(float value) {
        if (type == TFloat32.class) {
            return value;
        }
        int bits = Float.floatToIntBits(value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    /** The operand itself where it has the type already. */
    private <U extends TNumber> Operand<U> converted(Operand<? extends TNumber> operand, Class<U> to) {
        return operand.type() == to ? operand.asOutput().expect(to) : tf.dtypes.cast(operand, to);
    }

    /** Without those of nearly 0: their quotient with the shift would be huge. */
    private static boolean areWellAboveZero(double[] scales) {
        for (double scale : scales) {
            if (scale < 1e-4) {
                return false;
            }
        }
        return true;
    }

    /** The input's normalization of logarithms: scales, then shifts. */
    static float[][] inputNorm(ModelVariables variables, int width) {
        BatchStatistics statistics = new BatchStatistics(variables, VariableNames.INPUT_NORM, width);
        return new float[][] {floats(statistics.scale()), floats(statistics.shift())};
    }
}
