package io.pushrank.udf.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * ClemNet's towers as few operations that run near the speed of a bare matrix product; {@link Planes} tells the layout.
 *
 * <p>The first normalisation of a block is folded into the dense kernel and bias, exactly. The second one, a·z + b a position,
 * is followed by a ReLU: where a > 0 it equals a · ReLU(z + b / a), so that b / a joins the convolution's bias and a the rows
 * of the next kernel; where an a ≤ 0 is among them, a·z + b is calculated as such. The convolution takes the channels as the
 * height of one image whose width is all rows, so that nothing is copied before it.
 */
final class FoldedClemNet {
    private static final String BATCH_MATRIX_PRODUCT = "BatchMatMulV2";

    /** As params.yaml has it. */
    record Block(int units, int kernel, int filters, boolean residual) {
        static List<Block> of(JsonNode blocks) {
            List<Block> result = new ArrayList<>();
            for (JsonNode block : blocks) {
                result.add(new Block(
                        block.path("units").asInt(),
                        block.path("kernel").asInt(),
                        block.path("filters").asInt(),
                        block.path("residual").asBoolean()));
            }
            return result;
        }
    }

    private final Ops tf;
    private final ModelVariables variables;
    private final List<Block> blocks;
    private final Class<? extends TType> type;
    private final int gap;
    private int batchProducts;

    /** @param type of matrix products and convolutions: TFloat32 or TBfloat16 */
    FoldedClemNet(Ops tf, ModelVariables variables, List<Block> blocks, Class<? extends TType> type) {
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
        tail[Planes.one(width, gap) - width] = 1;
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
        Planes input = new Planes(tf.expandDims(x, tf.constant(0)), null, 1, width, null);
        Block first = blocks.get(0);
        List<Operand<TFloat32>> shared = new ArrayList<>();
        if (first.units() > 0) {
            List<Operand<TFloat32>> kernels = new ArrayList<>();
            for (String tower : towers) {
                kernels.add(constant(
                        denseKernel(tower + ".block_0", input, first),
                        1,
                        Planes.stride(width, gap),
                        Planes.stride(first.units(), gap)));
            }
            Operand<TFloat32> both = tf.nn.relu(batchProduct(input.values(), tf.concat(kernels, tf.constant(0))));
            for (int tower = 0; tower < towers.size(); tower++) {
                // A slice of the outermost dimension shares its memory.
                shared.add(tf.slice(both, tf.constant(new int[] {tower, 0, 0}), tf.constant(new int[] {1, -1, -1})));
            }
        }
        List<Operand<TFloat32>> logits = new ArrayList<>();
        for (int tower = 0; tower < towers.size(); tower++) {
            Planes hidden = input;
            for (int index = 0; index < blocks.size(); index++) {
                Operand<TFloat32> dense = index == 0 && first.units() > 0 ? shared.get(tower) : null;
                hidden = block(towers.get(tower) + ".block_" + index, hidden, blocks.get(index), dense);
            }
            logits.add(logit(towers.get(tower) + ".logit", hidden));
        }
        return logits;
    }

    private Planes block(String name, Planes input, Block block, Operand<TFloat32> calculated) {
        Planes dense = input;
        if (block.units() > 0) {
            Operand<TFloat32> values = calculated;
            if (values == null) {
                values = tf.nn.relu(batchProduct(
                        input.values(),
                        constant(
                                denseKernel(name, input, block),
                                input.channels(),
                                Planes.stride(input.length(), gap),
                                Planes.stride(block.units(), gap))));
            }
            dense = new Planes(values, null, input.channels(), block.units(), null);
        }
        Planes output = block.filters() == 0 ? dense : convolved(name, dense, block, block.units() == 0);
        return block.residual() ? withResidual(name, input, dense, output) : output;
    }

    /**
     * [channels, input's stride, output's stride]: what scales the input's positions in the rows, normalisation in the columns,
     * the bias in the row of the input's 1.
     */
    private float[] denseKernel(String name, Planes input, Block block) {
        int in = input.length();
        int out = block.units();
        int channels = input.channels();
        float[] kernel = variables.floats(name + ".dense.kernel", channels, in, out);
        float[] bias = variables.floats(name + ".dense.bias", channels, out);
        BatchStatistics norm = new BatchStatistics(variables, name + ".dense_norm", out);
        int rows = Planes.stride(in, gap);
        int columns = Planes.stride(out, gap);
        float[] folded = new float[Math.multiplyExact(Math.multiplyExact(channels, rows), columns)];
        for (int channel = 0; channel < channels; channel++) {
            for (int i = 0; i < in; i++) {
                double scale = input.scale() == null ? 1 : input.scale()[i];
                for (int o = 0; o < out; o++) {
                    folded[(channel * rows + i) * columns + o] =
                            (float) (kernel[(channel * in + i) * out + o] * scale * norm.scale()[o]);
                }
            }
            int one = (channel * rows + Planes.one(in, gap)) * columns;
            for (int o = 0; o < out; o++) {
                folded[one + o] = (float) (bias[channel * out + o] * norm.scale()[o] + norm.shift()[o]);
            }
            if (block.filters() == 0) {
                // A convolution would spread the 1, and sets its own.
                folded[one + Planes.one(out, gap)] = 1;
            }
        }
        return folded;
    }

    /** @param masked whether the input's padding holds something */
    private Planes convolved(String name, Planes input, Block block, boolean masked) {
        int length = input.length();
        int channels = input.channels();
        int filters = block.filters();
        int stride = Planes.stride(length, gap);
        Operand<TFloat32> values = masked ? settled(input, false) : input.values();
        float[] kernel = variables.floats(name + ".convolution.kernel", 1, block.kernel(), channels, filters);
        // [1, width, channels, filters] with the channels as height.
        float[] turned = new float[kernel.length];
        for (int k = 0; k < block.kernel(); k++) {
            for (int channel = 0; channel < channels; channel++) {
                System.arraycopy(
                        kernel,
                        (k * channels + channel) * filters,
                        turned,
                        (channel * block.kernel() + k) * filters,
                        filters);
            }
        }
        float[] bias = variables.floats(name + ".convolution.bias", filters);
        BatchStatistics norm = new BatchStatistics(variables, name + ".convolution_norm", length);
        boolean positive = areWellAboveZero(norm.scale());
        float[] scales = new float[stride * filters];
        float[] shifts = new float[stride * filters];
        float[] pending = positive ? new float[length] : null;
        for (int position = 0; position < length; position++) {
            double scale = norm.scale()[position];
            if (positive) {
                pending[position] = (float) scale;
            }
            for (int filter = 0; filter < filters; filter++) {
                int index = position * filters + filter;
                scales[index] = (float) scale;
                shifts[index] = (float)
                        (positive
                                ? bias[filter] + norm.shift()[position] / scale
                                : bias[filter] * scale + norm.shift()[position]);
            }
        }
        for (int filter = 0; filter < filters; filter++) {
            shifts[Planes.one(length, gap) * filters + filter] = 1;
        }
        Operand<TFloat32> image = tf.reshape(values, tf.constant(new int[] {1, channels, -1, 1}));
        Operand<TFloat32> convolved = narrowed(
                image, constant(turned, channels, block.kernel(), 1, filters), (x, y) -> convolution(x, y, channels));
        Operand<TFloat32> flat = tf.reshape(convolved, tf.constant(new int[] {-1, stride * filters}));
        if (!positive) {
            flat = tf.math.mul(flat, tf.constant(scales));
        }
        flat = tf.nn.relu(tf.nn.biasAdd(flat, tf.constant(shifts)));
        Operand<TFloat32> planes = tf.reshape(
                tf.linalg.transpose(
                        tf.reshape(flat, tf.constant(new int[] {-1, filters})), tf.constant(new int[] {1, 0})),
                tf.constant(new int[] {filters, -1, stride}));
        return new Planes(planes, flat, filters, length, pending);
    }

    private Operand<? extends TType> convolution(
            Operand<? extends TType> image, Operand<? extends TType> kernel, int channels) {
        return tf.nn.conv2d(cast(image), cast(kernel), List.of(1L, (long) channels, 1L, 1L), "SAME");
    }

    /** The values with what scales them, 0 in the padding but for the 1, where it is asked for. */
    private Operand<TFloat32> settled(Planes planes, boolean withOne) {
        float[] mask = new float[Planes.stride(planes.length(), gap)];
        for (int position = 0; position < planes.length(); position++) {
            mask[position] = planes.scale() == null ? 1 : planes.scale()[position];
        }
        if (withOne) {
            mask[Planes.one(planes.length(), gap)] = 1;
        }
        return tf.math.mul(planes.values(), tf.constant(mask));
    }

    private Planes withResidual(String name, Planes input, Planes dense, Planes output) {
        Planes skipped = input.length() == output.length() ? input : dense;
        int stride = Planes.stride(output.length(), gap);
        float[] kernel = variables.floats(name + ".residual.kernel", 1, 1, skipped.channels(), output.channels());
        float[] turned = new float[kernel.length];
        for (int channel = 0; channel < skipped.channels(); channel++) {
            for (int filter = 0; filter < output.channels(); filter++) {
                turned[filter * skipped.channels() + channel] = kernel[channel * output.channels() + filter];
            }
        }
        Operand<TFloat32> flat = tf.reshape(settled(skipped, false), tf.constant(new int[] {skipped.channels(), -1}));
        Operand<TFloat32> residual = tf.reshape(
                tf.linalg.matMul(constant(turned, output.channels(), skipped.channels()), flat),
                tf.constant(new int[] {output.channels(), -1, stride}));
        return new Planes(tf.math.add(settled(output, true), residual), null, output.channels(), output.length(), null);
    }

    /** [B]. The kernel's rows are ordered position by position, channels beside each other. */
    private Operand<TFloat32> logit(String name, Planes hidden) {
        int channels = hidden.channels();
        int stride = Planes.stride(hidden.length(), gap);
        float[] kernel = variables.floats(name + ".kernel", (long) hidden.length() * channels, 1);
        float[] padded = new float[stride * channels];
        for (int position = 0; position < hidden.length(); position++) {
            for (int channel = 0; channel < channels; channel++) {
                int index = position * channels + channel;
                padded[index] = kernel[index] * (hidden.scale() == null ? 1 : hidden.scale()[position]);
            }
        }
        padded[Planes.one(hidden.length(), gap) * channels] = variables.floats(name + ".bias", 1)[0];
        Operand<TFloat32> flat = hidden.channelsLast();
        if (flat == null) {
            flat = tf.reshape(
                    tf.linalg.transpose(hidden.values(), tf.constant(new int[] {1, 2, 0})),
                    tf.constant(new int[] {-1, stride * channels}));
        }
        return tf.reshape(
                tf.linalg.matMul(flat, constant(padded, (long) stride * channels, 1)), tf.constant(new int[] {-1}));
    }

    /**
     * Java's batchMatMul emits BatchMatMulV3, which TensorFlow's CPU library does not take.
     *
     * @param left [a, B, in], a = 1 stands for every kernel
     * @param right [b, in, out]
     */
    private Operand<TFloat32> batchProduct(Operand<TFloat32> left, Operand<TFloat32> right) {
        return narrowed(left, right, (x, y) -> {
            OperationBuilder product =
                    tf.scope().opBuilder(BATCH_MATRIX_PRODUCT, BATCH_MATRIX_PRODUCT + "_" + batchProducts++);
            product.addInput(x.asOutput());
            product.addInput(y.asOutput());
            return product.build().output(0);
        });
    }

    private interface Product {
        Operand<? extends TType> of(Operand<? extends TType> left, Operand<? extends TType> right);
    }

    private Operand<TFloat32> narrowed(Operand<TFloat32> left, Operand<TFloat32> right, Product product) {
        if (type == TFloat32.class) {
            return product.of(left, right).asOutput().expect(TFloat32.class);
        }
        return tf.dtypes.cast(product.of(tf.dtypes.cast(left, type), tf.dtypes.cast(right, type)), TFloat32.class);
    }

    @SuppressWarnings("unchecked") // Either type is a number; the operation checks that both are the same.
    private static Operand<TFloat32> cast(Operand<? extends TType> operand) {
        return (Operand<TFloat32>) operand;
    }

    private Operand<TFloat32> constant(float[] values, long... dimensions) {
        return tf.constant(Shape.of(dimensions), DataBuffers.of(values, true, false));
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

    /** The input's normalisation of logarithms: scales, then shifts. */
    static float[][] inputNorm(ModelVariables variables, int width) {
        BatchStatistics statistics = new BatchStatistics(variables, "input_norm", width);
        float[][] result = new float[2][width];
        for (int index = 0; index < width; index++) {
            result[0][index] = (float) statistics.scale()[index];
            result[1][index] = (float) statistics.shift()[index];
        }
        return result;
    }
}
