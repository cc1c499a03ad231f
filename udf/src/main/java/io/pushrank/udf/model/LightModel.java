package io.pushrank.udf.model;

import io.pushrank.udf.kernel.Adaptive;
import io.pushrank.udf.kernel.Kernel;
import io.pushrank.udf.kernel.Kernels;
import io.pushrank.udf.kernel.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.SavedModelBundle;

/**
 * The light ranker's forward pass in Java: weights are read once from the SavedModel, rows never enter TensorFlow.
 * Thread-safe. Executors get it from {@link LightModels}.
 *
 * <p>Many rows are scored in {@link LightBlock}s, one with {@link #score}; both give the same bits.
 */
public final class LightModel {
    private final FeatureShape shape;
    private final long hashMask;
    private final float leakySlope;
    private final double[] mean;
    private final double[] inverseDeviation;
    private final Adaptive adaptive;
    private final LightLayer dense;
    private final LightLayer missing;
    /** What the missing branch gives where nothing is missing, [outputs]. */
    private final float[] nothingMissing;

    private final float[] table;
    private final float[] tableBias;
    private final Normalizer joined;
    private final List<LightLayer> layers = new ArrayList<>();
    private final Normalizer none;
    private final LightLayer logit;
    private final int widest;
    private final ThreadLocal<LightBlock> single =
            ThreadLocal.withInitial(() -> new LightBlock(this, Kernels.plain(), 1));

    private LightModel(ModelPackage model, ModelVariables variables) {
        int width = model.shape().continuous();
        this.shape = model.shape();
        this.hashMask = (1L << model.hashBits()) - 1;
        this.leakySlope = (float) model.param("leaky_slope").asDouble();
        this.mean = variables.doubles("dense.moving_mean", width);
        double[] variance = variables.doubles("dense.moving_variance", width);
        this.inverseDeviation = new double[width];
        for (int index = 0; index < width; index++) {
            // A feature that never varied counts as having deviation 1.
            inverseDeviation[index] = variance[index] > 0 ? 1 / Math.sqrt(variance[index]) : 1;
        }
        this.adaptive = adaptive(variables, width);
        this.dense = LightLayer.hidden(variables, "dense_attention", width);
        this.missing = variables.has("missing_attention.kernel")
                ? LightLayer.hidden(variables, "missing_attention", width)
                : null;
        // Without a sparse branch its sum has no numbers.
        boolean isSparse = model.params().path("sparse_branch").asBoolean(true);
        this.tableBias = isSparse ? variables.floats("sparse.bias", -1) : new float[0];
        this.table =
                isSparse ? variables.floats("sparse.table", 1L << model.hashBits(), tableBias.length) : new float[0];
        int joinedWidth = dense.out() + (missing == null ? 0 : missing.out()) + tableBias.length;
        BatchStatistics statistics = new BatchStatistics(variables, "batch_norm", joinedWidth);
        this.joined = new Normalizer(statistics.scale(), statistics.shift());
        int in = joinedWidth;
        int most = Math.max(width, joinedWidth);
        for (int index = 0; variables.has("layer_" + index + ".kernel"); index++) {
            LightLayer layer = LightLayer.hidden(variables, "layer_" + index, in);
            layers.add(layer);
            in = layer.out();
            most = Math.max(most, in);
        }
        this.logit = LightLayer.probability(variables, "logit", in);
        this.widest = most;
        this.none = Normalizer.none(most);
        this.nothingMissing = missing == null ? null : nothingMissing();
    }

    private static Adaptive adaptive(ModelVariables variables, int width) {
        BatchStatistics statistics = new BatchStatistics(variables, "adaptive.batch_norm", width);
        return new Adaptive(
                variables.floats("adaptive.kernel_1", width, 2),
                variables.floats("adaptive.bias_1", width, 2),
                variables.floats("adaptive.kernel_2", width, 2),
                variables.floats("adaptive.bias_2", width),
                variables.floats("adaptive.kernel_3", width),
                variables.floats("adaptive.bias_3", width),
                statistics.scale(),
                statistics.shift());
    }

    private float[] nothingMissing() {
        float[] result = new float[joined.scale().length];
        int first = dense.out();
        Kernels.plain()
                .dense(
                        missing.dense(),
                        new int[0],
                        0,
                        leakySlope,
                        joined,
                        new float[shape.continuous()],
                        result,
                        first);
        return Arrays.copyOfRange(result, first, first + missing.out());
    }

    /**
     * Reads a package's weights and scores the {@link Canary}'s rows with them.
     *
     * @throws ModelException when the package is not a light ranker, a variable is missing or of another shape, or a
     *     row's score is not finite
     */
    public static LightModel load(ModelPackage model, TensorFlowThreads threads) {
        if (model.kind() != ModelKind.LIGHT) {
            throw new ModelException(model.directory(), "a light ranker", "a " + model.kind() + " one");
        }
        LightModel loaded;
        try (SavedModelBundle bundle = SavedModelBundle.loader(model.localCopy().toString())
                .withTags(ModelSignature.TAG)
                .withConfigProto(threads.configuration())
                .load()) {
            loaded = new LightModel(model, new ModelVariables(model.directory(), bundle.session()));
        }
        for (Canary.Row canary : Canary.rows(model.shape())) {
            float score = loaded.score(canary.continuous(), canary.missing(), canary.ids(), canary.values());
            if (!Float.isFinite(score)) {
                throw new ModelException(model.directory(), "finite scores for the canary rows", String.valueOf(score));
            }
        }
        return loaded;
    }

    public FeatureShape shape() {
        return shape;
    }

    /**
     * An empty block for one thread.
     *
     * @see LightBlock#ROWS
     */
    public LightBlock block() {
        return block(Kernels.forBlocks());
    }

    /** An empty block that is scored by a certain kernel. */
    public LightBlock block(Kernel kernel) {
        return new LightBlock(this, kernel, LightBlock.ROWS);
    }

    /**
     * Scores one row.
     *
     * @param continuous values, 0 where missing
     * @param continuousMissing true where missing
     * @param sparseIds full 64-bit hashes of binary, discrete, string and sparse-binary features
     * @param sparseValues one value an id, 1 by convention
     * @return a probability in [0, 1]
     * @throws IllegalArgumentException when a width is wrong
     */
    public float score(float[] continuous, boolean[] continuousMissing, long[] sparseIds, float[] sparseValues) {
        LightBlock block = single.get();
        block.clear();
        block.add(continuous, continuousMissing, sparseIds, sparseValues);
        return block.score()[0];
    }

    /** Multiplications with a weight that a row takes, those of the missing branch when a value is missing. */
    public long multiplications() {
        long sum = dense.multiplications() + logit.multiplications();
        if (missing != null) {
            sum += missing.multiplications();
        }
        for (LightLayer layer : layers) {
            sum += layer.multiplications();
        }
        return sum;
    }

    boolean hasMissingBranch() {
        return missing != null;
    }

    int embeddingWidth() {
        return tableBias.length;
    }

    /** The most features that lie between two layers. */
    int widest() {
        return widest;
    }

    /** z-scores into one lane of [features][rows]; 0 where missing. */
    void standardize(float[] continuous, boolean[] continuousMissing, float[] x, int lane, int rows) {
        for (int index = 0, at = lane; index < continuous.length; index++, at += rows) {
            x[at] = continuousMissing[index]
                    ? 0
                    : (float) ((continuous[index] - mean[index]) * inverseDeviation[index]);
        }
    }

    /** The sparse branch, up to its place among what is joined. */
    void embed(long[] ids, float[] values, float[] sum) {
        int width = tableBias.length;
        System.arraycopy(tableBias, 0, sum, 0, width);
        for (int entry = 0; entry < ids.length; entry++) {
            int row = Math.toIntExact(ids[entry] & hashMask) * width;
            float value = values[entry];
            for (int index = 0; index < width; index++) {
                sum[index] += value * table[row + index];
            }
        }
        int first = joined.scale().length - width;
        for (int index = 0; index < width; index++) {
            float value = sum[index] < 0 ? sum[index] * leakySlope : sum[index];
            sum[index] = Math.fma(value, joined.scale()[first + index], joined.shift()[first + index]);
        }
    }

    /** Scores of a tile's rows. */
    float[] score(Kernel kernel, LightBlock.Tile tile) {
        int rows = kernel.rows();
        float[] hidden = tile.hidden;
        kernel.adapt(adaptive, tile.x, tile.next);
        kernel.gate(dense.gate(), tile.next, tile.gated);
        kernel.dense(dense.dense(), leakySlope, joined, tile.gated, hidden, 0);
        int place = dense.out();
        if (missing != null) {
            scoreMissing(kernel, tile, place);
            place += missing.out();
        }
        System.arraycopy(tile.sparse, 0, hidden, place * rows, tile.sparse.length);
        float[] next = tile.next;
        for (LightLayer layer : layers) {
            kernel.gate(layer.gate(), hidden, tile.gated);
            kernel.dense(layer.dense(), leakySlope, none, tile.gated, next, 0);
            float[] free = hidden;
            hidden = next;
            next = free;
        }
        kernel.gate(logit.gate(), hidden, tile.gated);
        kernel.sigmoid(logit.dense(), tile.gated, next);
        return next;
    }

    private void scoreMissing(Kernel kernel, LightBlock.Tile tile, int place) {
        int rows = kernel.rows();
        int count = tile.listMissing();
        if (count == 0) {
            for (int output = 0; output < nothingMissing.length; output++) {
                int at = (place + output) * rows;
                Arrays.fill(tile.hidden, at, at + rows, nothingMissing[output]);
            }
            return;
        }
        kernel.gate(missing.gate(), tile.missing, count, tile.mask, tile.gated);
        kernel.dense(missing.dense(), tile.missing, count, leakySlope, joined, tile.gated, tile.hidden, place);
    }
}
