package io.pushrank.jobs.architecture;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Each model's forward pass written from its description: loops in double precision, ClemNet's over [length][channel].
 */
public final class NaiveHeavyRanker {
    private static final double EPSILON = 1e-3;

    private final SavedVariables variables;
    private final NaiveLayers layers;
    private final HeavyParams params;

    public NaiveHeavyRanker(Path directory, HeavyParams params) {
        this.variables = new SavedVariables(directory);
        this.layers = new NaiveLayers(variables);
        this.params = params;
    }

    public void close() {
        variables.close();
    }

    /** P(opened), P(opened and engaged), score. */
    public double[] score(Example example) {
        double oonc = sigmoid(logit("oonc", example));
        double engagement = oonc * sigmoid(logit("engagement", example));
        double sum = params.ooncWeight() + params.engagementWeight();
        return new double[] {
            oonc, engagement, (params.ooncWeight() * oonc + params.engagementWeight() * engagement) / sum
        };
    }

    private double logit(String task, Example example) {
        if (params.model() instanceof ClemNet clemNet) {
            return tower(task, clemNet, input(example));
        }
        if (params.model() instanceof MaskNet maskNet) {
            return maskNet(task, maskNet, input(example));
        }
        if (params.model() instanceof DeepCross model) {
            return deepCross(task, model, input(example));
        }
        return linear(task, example);
    }

    private double maskNet(String task, MaskNet model, double[] x) {
        double[] normalized = layers.normalized("mask_net.input_norm", x);
        double[] joined = new double[0];
        for (int index = 0; index < model.blocks(); index++) {
            String block = "mask_net.block_" + index;
            double[] aggregated = NaiveLayers.rectified(layers.dense(block + ".aggregation", x));
            double[] mask = layers.dense(block + ".projection", aggregated);
            double[] hidden = layers.product(block + ".hidden", NaiveLayers.product(mask, normalized));
            joined = NaiveLayers.joined(
                    joined, NaiveLayers.rectified(layers.normalized(block + ".hidden_norm", hidden)));
        }
        return layers.dense(task + ".logit", layers.perceptron(task, joined, model.hiddenUnits()))[0];
    }

    private double deepCross(String task, DeepCross model, double[] x) {
        double[] crossed = x;
        for (int layer = 0; layer < model.crossLayers(); layer++) {
            String name = "dcn.cross_" + layer;
            double[] narrow = model.rank() == 0 ? crossed : layers.product(name + ".low_rank", crossed);
            double[] weighted = layers.dense(name, narrow);
            double[] next = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                next[i] = x[i] * weighted[i] + crossed[i];
            }
            crossed = next;
        }
        double[] deep = layers.perceptron("dcn.deep", x, model.hiddenUnits());
        return layers.dense(task + ".logit", NaiveLayers.joined(crossed, deep))[0];
    }

    private double linear(String task, Example example) {
        int continuous = example.continuous().length;
        double[] x = new double[2 * continuous + example.binary().length];
        for (int i = 0; i < continuous; i++) {
            boolean missing = example.continuousMissing()[i];
            x[i] = missing ? 0 : logarithm(example.continuous()[i]);
            x[continuous + i] = missing ? 1 : 0;
        }
        for (int i = 0; i < example.binary().length; i++) {
            x[2 * continuous + i] = example.binary()[i];
        }
        return layers.dense(task, x)[0]
                + hashed(task + ".sparse.weights", example.sparseIds(), example.sparseValues())
                + hashed(
                        task + ".sparse_continuous.weights",
                        example.sparseContinuousIds(),
                        example.sparseContinuousValues());
    }

    private double hashed(String name, long[] ids, float[] values) {
        float[] weights = variables.floats(name);
        double sum = 0;
        for (int entry = 0; entry < ids.length; entry++) {
            sum += weights[bucket(ids[entry])] * logarithm(values[entry]) / Math.log(2);
        }
        return sum;
    }

    private static double logarithm(double value) {
        return Math.signum(value) * Math.log(1 + Math.abs(value));
    }

    private double[] input(Example example) {
        int continuous = example.continuous().length;
        int binary = example.binary().length;
        boolean isSparse = !Boolean.FALSE.equals(params.sparseBranch());
        int dimensions = isSparse ? params.embeddingDimensions() : 0;
        double[] x = new double[continuous + binary + 2 * dimensions];
        float[] gamma = variables.floats("input_norm.gamma");
        float[] beta = variables.floats("input_norm.beta");
        float[] mean = variables.floats("input_norm.moving_mean");
        float[] variance = variables.floats("input_norm.moving_variance");
        for (int i = 0; i < continuous; i++) {
            double value = example.continuousMissing()[i] ? 0 : example.continuous()[i];
            double normalized = (logarithm(value) - mean[i]) / Math.sqrt(variance[i] + EPSILON) * gamma[i] + beta[i];
            x[i] = Math.max(-5, Math.min(5, normalized));
        }
        for (int i = 0; i < binary; i++) {
            x[continuous + i] = example.binary()[i];
        }
        if (isSparse) {
            addSparse(x, continuous + binary, example);
            addSparseContinuous(x, continuous + binary + dimensions, example);
        }
        return x;
    }

    private void addSparse(double[] x, int start, Example example) {
        float[] table = variables.floats("sparse.table");
        float[] bias = variables.floats("sparse.bias");
        for (int d = 0; d < bias.length; d++) {
            x[start + d] = bias[d];
            for (int entry = 0; entry < example.sparseIds().length; entry++) {
                x[start + d] +=
                        example.sparseValues()[entry] * table[bucket(example.sparseIds()[entry]) * bias.length + d];
            }
        }
    }

    private void addSparseContinuous(double[] x, int start, Example example) {
        float[] table = variables.floats("sparse_continuous.table");
        float[] bias = variables.floats("sparse_continuous.bias");
        float[] maximum = variables.floats("sparse_continuous.maximum");
        float[] bucketBias = variables.floats("sparse_continuous.bucket_bias");
        for (int d = 0; d < bias.length; d++) {
            x[start + d] = bias[d];
            for (int entry = 0; entry < example.sparseContinuousIds().length; entry++) {
                int bucket = bucket(example.sparseContinuousIds()[entry]);
                double ratio = example.sparseContinuousValues()[entry] / (double) maximum[bucket];
                double value = Math.max(-1, Math.min(1, ratio)) + bucketBias[bucket];
                x[start + d] += value * table[bucket * bias.length + d];
            }
        }
    }

    private int bucket(long id) {
        return (int) Math.floorMod(id, 1L << params.hashBits());
    }

    private double tower(String name, ClemNet model, double[] input) {
        double[][] x = new double[input.length][1];
        for (int i = 0; i < input.length; i++) {
            x[i][0] = input[i];
        }
        List<ClemNet.Block> blocks = model.blocks();
        for (int block = 0; block < blocks.size(); block++) {
            x = block(name + ".block_" + block, x, blocks.get(block));
        }
        float[] kernel = variables.floats(name + ".logit.kernel");
        double logit = variables.floats(name + ".logit.bias")[0];
        int index = 0;
        for (double[] position : x) {
            for (double value : position) {
                logit += value * kernel[index++];
            }
        }
        return logit;
    }

    private double[][] block(String name, double[][] x, ClemNet.Block block) {
        double[][] dense = x;
        if (block.units() > 0) {
            dense = channelWiseDense(name + ".dense", x, block);
            normalize(name + ".dense_norm", dense);
            activate(dense, block);
        }
        double[][] output = dense;
        if (block.filters() > 0) {
            output = convolve(dense, name + ".convolution", block.filters(), block);
            float[] bias = bias(name + ".convolution", block, block.filters());
            for (double[] position : output) {
                for (int f = 0; f < position.length; f++) {
                    position[f] += bias[f];
                }
            }
            normalize(name + ".convolution_norm", output);
            activate(output, block);
        }
        if (!block.residual()) {
            return output;
        }
        double[][] skipped = x.length == output.length ? x : dense;
        double[][] sum = convolve(
                skipped, name + ".residual", output[0].length, ClemNet.Block.published(0, 1, output[0].length, false));
        for (int position = 0; position < sum.length; position++) {
            for (int f = 0; f < sum[position].length; f++) {
                sum[position][f] += output[position][f];
            }
        }
        return sum;
    }

    private float[] bias(String layer, ClemNet.Block block, int size) {
        return Boolean.FALSE.equals(block.bias()) ? new float[size] : variables.floats(layer + ".bias");
    }

    private double[][] channelWiseDense(String name, double[][] x, ClemNet.Block block) {
        int in = x.length;
        int out = block.units();
        int channels = x[0].length;
        float[] kernel = variables.floats(name + ".kernel");
        float[] bias = bias(name, block, channels * out);
        double[][] dense = new double[out][channels];
        for (int c = 0; c < channels; c++) {
            for (int o = 0; o < out; o++) {
                double sum = bias[c * out + o];
                for (int i = 0; i < in; i++) {
                    sum += x[i][c] * kernel[(c * in + i) * out + o];
                }
                dense[o][c] = sum;
            }
        }
        return dense;
    }

    private static void activate(double[][] x, ClemNet.Block block) {
        ActivationKind kind = block.activation() == null ? ActivationKind.RELU : block.activation();
        for (double[] position : x) {
            for (int c = 0; c < position.length; c++) {
                double value = position[c];
                position[c] = switch (kind) {
                    case RELU -> Math.max(0, value);
                    case LINEAR -> value;
                    case TANH -> Math.tanh(value);
                    case SIGMOID -> sigmoid(value);
                    case GELU -> value * new NormalDistribution().cumulativeProbability(value);
                    case SWISH -> value * sigmoid(value);
                };
            }
        }
    }

    /** Same padding: positions outside of the input count as 0, half of them before it, one more behind where odd. */
    private double[][] convolve(double[][] x, String name, int filters, ClemNet.Block block) {
        float[] kernel = variables.floats(name + ".kernel");
        int width = block.kernel();
        int stride = block.strides() == null ? 1 : block.strides();
        boolean isValid = block.padding() == Padding.VALID;
        int channels = x[0].length;
        int length = (int) Math.ceil((double) (isValid ? x.length - width + 1 : x.length) / stride);
        int before = isValid ? 0 : Math.max(0, (length - 1) * stride + width - x.length) / 2;
        double[][] out = new double[length][filters];
        for (int position = 0; position < length; position++) {
            for (int k = 0; k < width; k++) {
                int from = position * stride + k - before;
                if (from >= 0 && from < x.length) {
                    for (int c = 0; c < channels; c++) {
                        for (int f = 0; f < filters; f++) {
                            out[position][f] += x[from][c] * kernel[(k * channels + c) * filters + f];
                        }
                    }
                }
            }
        }
        return out;
    }

    /** One mean, variance, gamma and beta a position, whatever the channel. */
    private void normalize(String name, double[][] x) {
        float[] gamma = variables.floats(name + ".gamma");
        float[] beta = variables.floats(name + ".beta");
        float[] mean = variables.floats(name + ".moving_mean");
        float[] variance = variables.floats(name + ".moving_variance");
        for (int position = 0; position < x.length; position++) {
            for (int c = 0; c < x[position].length; c++) {
                x[position][c] =
                        (x[position][c] - mean[position]) / Math.sqrt(variance[position] + EPSILON) * gamma[position]
                                + beta[position];
            }
        }
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
