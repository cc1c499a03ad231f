package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/**
 * The light ranker. Variable names and the order of operations are what {@link io.pushrank.udf.model.LightModel} reads
 * and repeats in plain Java.
 */
public final class LightRanker implements Ranker {
    private final LightParams params;
    private final FeatureShape shape;

    public LightRanker(LightParams params, FeatureShape shape) {
        this.params = params;
        this.shape = shape;
    }

    @Override
    public ModelKind kind() {
        return ModelKind.LIGHT;
    }

    @Override
    public FeatureShape shape() {
        return shape;
    }

    @Override
    public int hashBits() {
        return params.hashBits();
    }

    @Override
    public TrainingParams training() {
        return params.training();
    }

    @Override
    public String paramsYaml() {
        return params.toYaml();
    }

    /**
     * Means and variances of the continuous features where they are not missing: measured once, since the examples do
     * not change while the ranker learns.
     */
    @Override
    public Map<String, Weight> measured(Iterable<ExampleBatch> sample) {
        return StandardScores.measure(sample, shape.continuous());
    }

    @Override
    public float label(Example example) {
        return example.heavyScore();
    }

    /** Early stopping maximizes the relative cross-entropy: unweighted, where the params do not say otherwise. */
    @Override
    public Evaluation evaluate(Predictions predictions) {
        boolean isWeighted = params.training().weightsObjective();
        return new Evaluation(isWeighted ? "weighted_rce" : "rce", LightMetrics.of(predictions, isWeighted));
    }

    @Override
    public List<InputAxis> inputAxes() {
        InputAxis.Inputs continuous = InputAxis.Inputs.CONTINUOUS;
        List<InputAxis> axes = new ArrayList<>();
        for (String vector : List.of(
                "dense.moving_mean",
                "dense.moving_variance",
                "adaptive.kernel_1",
                "adaptive.bias_1",
                "adaptive.kernel_2",
                "adaptive.bias_2",
                "adaptive.kernel_3",
                "adaptive.bias_3")) {
            axes.add(new InputAxis(vector, 0, continuous));
        }
        axes.addAll(InputAxis.normalization("adaptive.batch_norm", continuous));
        for (String layer :
                params.missingBranch() ? List.of("dense_attention", "missing_attention") : List.of("dense_attention")) {
            axes.add(new InputAxis(layer + ".gate_kernel", 0, continuous));
            axes.add(new InputAxis(layer + ".gate_kernel", 1, continuous));
            axes.add(new InputAxis(layer + ".gate_bias", 0, continuous));
            axes.add(new InputAxis(layer + ".kernel", 0, continuous));
        }
        return axes;
    }

    /** Logits [B]. */
    private Operand<TFloat32> logits(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        int width = shape.continuous();
        List<Operand<TFloat32>> branches = new ArrayList<>();
        Operand<TFloat32> dense = dropout(context, adaptive(context, standardized(context, inputs)));
        branches.add(leaky(tf, attention(context, "dense_attention", dense, width, params.denseUnits())));
        if (params.missingBranch()) {
            Operand<TFloat32> mask = tf.dtypes.cast(inputs.continuousMissing, TFloat32.class);
            branches.add(leaky(tf, attention(context, "missing_attention", mask, width, params.denseUnits())));
        }
        if (params.hasSparseBranch()) {
            branches.add(leaky(tf, embedded(context, inputs.sparse)));
        }
        int joined = params.denseUnits() * (params.missingBranch() ? 2 : 1)
                + (params.hasSparseBranch() ? params.embeddingDimensions() : 0);
        Operand<TFloat32> hidden = BatchNormalization.renormalized(
                context, "batch_norm", 1, tf.concat(branches, tf.constant(1)), joined, momenta(null));
        int in = joined;
        for (int layer = 0; layer < params.hiddenUnits().size(); layer++) {
            int out = params.hiddenUnits().get(layer);
            hidden = leaky(tf, attention(context, "layer_" + layer, hidden, in, out));
            in = out;
        }
        return tf.reshape(attention(context, "logit", hidden, in, 1), tf.constant(new int[] {-1}));
    }

    /** Whole entries are dropped and the rest scaled up, so that the sum's expectation stays. */
    private Operand<TFloat32> embedded(GraphContext context, EmbeddingSum sparse) {
        EmbeddingSum kept =
                new EmbeddingSum(sparse.ids(), dropout(context, sparse.values()), sparse.rows(), sparse.examples());
        return kept.build(
                context, "sparse", 1 << params.hashBits(), params.embeddingDimensions(), Initializer.constant(0));
    }

    @Override
    public Map<String, Operand<TFloat32>> outputs(GraphContext context, ModelInputs inputs) {
        Operand<TFloat32> logits = logits(context, inputs);
        return Map.of(
                ModelSignature.SCORE,
                context.tf.withName(ModelSignature.SCORE).math.sigmoid(logits));
    }

    @Override
    public Operand<TFloat32> loss(GraphContext context, ModelInputs inputs, Labels labels) {
        Ops tf = context.tf;
        Operand<TFloat32> logits = logits(context, inputs);
        return Losses.weighted(tf, logits, labels.heavyScore(), labels.weight(), Losses.sum(tf, labels.weight()));
    }

    /** z-scores in double precision, a deviation of 0 counts as 1, missing is 0. */
    private Operand<TFloat32> standardized(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        Shape vector = Shape.of(shape.continuous());
        double[] ones = new double[shape.continuous()];
        Arrays.fill(ones, 1);
        Operand<TFloat64> mean = context.variables.statistic(
                "dense.moving_mean", TFloat64.class, Weight.of(vector, new double[ones.length]));
        Operand<TFloat64> variance =
                context.variables.statistic("dense.moving_variance", TFloat64.class, Weight.of(vector, ones));
        Operand<TFloat64> deviation = tf.select(
                tf.math.greater(variance, tf.constant(0.0)),
                tf.math.sqrt(variance),
                tf.math.add(tf.zerosLike(variance), tf.constant(1.0)));
        Operand<TFloat64> centered = tf.math.sub(tf.dtypes.cast(inputs.continuous, TFloat64.class), mean);
        Operand<TFloat32> scores = tf.dtypes.cast(tf.math.div(centered, deviation), TFloat32.class);
        return tf.select(inputs.continuousMissing, tf.zerosLike(scores), scores);
    }

    /** For each feature on its own 1 → 2 → 1 → 1, tanh each, then batch normalization. */
    private Operand<TFloat32> adaptive(GraphContext context, Operand<TFloat32> x) {
        Ops tf = context.tf;
        int width = shape.continuous();
        GraphVariables variables = context.variables;
        Initializer zeros = Initializer.constant(0);
        Operand<TFloat32> first = tf.math.tanh(tf.math.add(
                tf.math.mul(
                        tf.expandDims(x, tf.constant(2)),
                        variables.trained("adaptive.kernel_1", Initializer.glorot(1, 2), width, 2)),
                variables.trained("adaptive.bias_1", zeros, width, 2)));
        Operand<TFloat32> second = tf.math.tanh(tf.math.add(
                tf.sum(
                        tf.math.mul(first, variables.trained("adaptive.kernel_2", Initializer.glorot(2, 1), width, 2)),
                        tf.constant(2)),
                variables.trained("adaptive.bias_2", zeros, width)));
        Operand<TFloat32> third = tf.math.tanh(tf.math.add(
                tf.math.mul(second, variables.trained("adaptive.kernel_3", Initializer.glorot(1, 1), width)),
                variables.trained("adaptive.bias_3", zeros, width)));
        return BatchNormalization.renormalized(
                context, "adaptive.batch_norm", 0, third, width, momenta(params.adaptiveMomentum()));
    }

    private BatchNormalization.Momenta momenta(Double moving) {
        return new BatchNormalization.Momenta(moving, params.training().renormMomentum());
    }

    /** Self-attention dense: g = sigmoid(W x + b) of x's own width, V (g ⊙ x) + c. */
    private static Operand<TFloat32> attention(
            GraphContext context, String name, Operand<TFloat32> x, int in, int out) {
        Ops tf = context.tf;
        GraphVariables variables = context.variables;
        Initializer zeros = Initializer.constant(0);
        Operand<TFloat32> gate = tf.math.sigmoid(tf.nn.biasAdd(
                tf.linalg.matMul(x, variables.trained(name + ".gate_kernel", Initializer.glorot(in, in), in, in)),
                variables.trained(name + ".gate_bias", zeros, in)));
        return tf.nn.biasAdd(
                tf.linalg.matMul(
                        tf.math.mul(gate, x),
                        variables.trained(name + ".kernel", Initializer.glorot(in, out), in, out)),
                variables.trained(name + ".bias", zeros, out));
    }

    /** Drops a share of the values and scales the rest up; the step's seed decides which, not the machine. */
    private Operand<TFloat32> dropout(GraphContext context, Operand<TFloat32> x) {
        if (!context.training() || params.dropout() == 0) {
            return x;
        }
        Ops tf = context.tf;
        Operand<TInt64> seed = tf.math.add(
                context.schedule.dropoutSeed(), tf.constant(new long[] {0, (long) context.nextDropout() << 32}));
        Operand<TFloat32> random = tf.random.statelessRandomUniform(tf.shape(x), seed);
        Operand<TFloat32> kept =
                tf.dtypes.cast(tf.math.greaterEqual(random, tf.constant((float) params.dropout())), TFloat32.class);
        return tf.math.mul(x, tf.math.mul(kept, tf.constant((float) (1 / (1 - params.dropout())))));
    }

    private Operand<TFloat32> leaky(Ops tf, Operand<TFloat32> x) {
        return tf.nn.leakyRelu(x, LeakyRelu.alpha((float) params.leakySlope()));
    }
}
