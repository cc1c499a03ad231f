package io.pushrank.udf.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.SavedModelBundle;

/**
 * The light ranker's forward pass in plain Java: weights are read once from the SavedModel, rows never enter
 * TensorFlow. Thread-safe. Executors get it from {@link LightModels}.
 */
public final class LightModel {
    private final FeatureShape shape;
    private final long hashMask;
    private final float leakySlope;
    private final double[] mean;
    private final double[] deviation;
    private final AdaptiveTransformation adaptive;
    private final SelfAttentionDense dense;
    private final SelfAttentionDense missing;
    private final float[] table;
    private final float[] tableBias;
    private final BatchNormalisation joined;
    private final List<SelfAttentionDense> layers = new ArrayList<>();
    private final SelfAttentionDense logit;

    private LightModel(ModelPackage model, LightVariables variables) {
        int width = model.shape().continuous();
        this.shape = model.shape();
        this.hashMask = (1L << model.hashBits()) - 1;
        this.leakySlope = (float) model.param("leaky_slope").asDouble();
        this.mean = variables.doubles("dense.moving_mean", width);
        double[] variance = variables.doubles("dense.moving_variance", width);
        this.deviation = new double[width];
        for (int index = 0; index < width; index++) {
            // A feature that never varied counts as having deviation 1.
            deviation[index] = variance[index] > 0 ? Math.sqrt(variance[index]) : 1;
        }
        this.adaptive = new AdaptiveTransformation(variables, width);
        this.dense = new SelfAttentionDense(variables, "dense_attention", width);
        this.missing = variables.has("missing_attention.kernel")
                ? new SelfAttentionDense(variables, "missing_attention", width)
                : null;
        this.tableBias = variables.floats("sparse.bias", -1);
        this.table = variables.floats("sparse.table", 1L << model.hashBits(), tableBias.length);
        int joinedWidth = dense.out() + (missing == null ? 0 : missing.out()) + tableBias.length;
        this.joined = new BatchNormalisation(variables, "batch_norm", joinedWidth);
        int in = joinedWidth;
        for (int index = 0; variables.has("layer_" + index + ".kernel"); index++) {
            SelfAttentionDense layer = new SelfAttentionDense(variables, "layer_" + index, in);
            layers.add(layer);
            in = layer.out();
        }
        this.logit = new SelfAttentionDense(variables, "logit", in);
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
            loaded = new LightModel(model, new LightVariables(model.directory(), bundle.session()));
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
        requireWidth("continuous", shape.continuous(), continuous.length);
        requireWidth("continuous_missing", shape.continuous(), continuousMissing.length);
        requireWidth("sparse_values", sparseIds.length, sparseValues.length);
        float[] x = new float[shape.continuous()];
        float[] mask = new float[x.length];
        for (int index = 0; index < x.length; index++) {
            if (continuousMissing[index]) {
                mask[index] = 1;
            } else {
                x[index] = (float) ((continuous[index] - mean[index]) / deviation[index]);
            }
        }
        adaptive.apply(x);
        float[] joint = new float[joined.width()];
        int position = append(dense.apply(x), joint, 0);
        if (missing != null) {
            position = append(missing.apply(mask), joint, position);
        }
        append(embeddingSum(sparseIds, sparseValues), joint, position);
        joined.apply(joint);
        float[] hidden = joint;
        for (SelfAttentionDense layer : layers) {
            hidden = layer.apply(hidden);
            for (int index = 0; index < hidden.length; index++) {
                hidden[index] = leaky(hidden[index]);
            }
        }
        return SelfAttentionDense.sigmoid(logit.apply(hidden)[0]);
    }

    private float[] embeddingSum(long[] ids, float[] values) {
        int width = tableBias.length;
        float[] sum = tableBias.clone();
        for (int entry = 0; entry < ids.length; entry++) {
            int row = Math.toIntExact(ids[entry] & hashMask) * width;
            for (int index = 0; index < width; index++) {
                sum[index] += values[entry] * table[row + index];
            }
        }
        return sum;
    }

    /** Copies a branch into its place, through the activation that every branch ends with. */
    private int append(float[] branch, float[] joint, int position) {
        for (int index = 0; index < branch.length; index++) {
            joint[position + index] = leaky(branch[index]);
        }
        return position + branch.length;
    }

    private float leaky(float value) {
        return value < 0 ? leakySlope * value : value;
    }

    private static void requireWidth(String name, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(name + " must have " + expected + " values, cannot have: " + found);
        }
    }
}
