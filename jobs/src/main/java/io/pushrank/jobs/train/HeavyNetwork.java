package io.pushrank.jobs.train;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelSignature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The heavy ranker: two ClemNets over one input, for P(opened) and P(engaged given opened). */
final class HeavyNetwork implements Network {
    private final HeavyParams params;
    private final FeatureShape shape;

    HeavyNetwork(HeavyParams params, FeatureShape shape) {
        this.params = params;
        this.shape = shape;
    }

    @Override
    public ModelKind kind() {
        return ModelKind.HEAVY;
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

    @Override
    public Map<String, Weight> measured(Iterable<ExampleBatch> sample) {
        return Map.of();
    }

    @Override
    public float label(Example example) {
        return example.maskedOonc();
    }

    /** Early stopping maximises the unweighted PR-AUC of the first task. */
    @Override
    public Evaluation evaluate(Predictions predictions) {
        return new Evaluation("oonc_pr_auc", HeavyMetrics.of(predictions));
    }

    /** Logits of the two tasks, [B] each. */
    private record Logits(Operand<TFloat32> oonc, Operand<TFloat32> engagement) {}

    private Logits logits(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        int buckets = 1 << params.hashBits();
        int dimensions = params.embeddingDimensions();
        Initializer zeros = Initializer.constant(0);
        Operand<TFloat32> x = tf.concat(
                List.of(
                        continuous(context, inputs),
                        inputs.binary,
                        inputs.sparse.build(context, "sparse", buckets, dimensions, zeros),
                        inputs.sparseContinuous
                                .maxNormalised(context, "sparse_continuous", buckets)
                                .build(context, "sparse_continuous", buckets, dimensions, zeros)),
                tf.constant(1));
        int width = shape.continuous() + shape.binary() + 2 * dimensions;
        return new Logits(
                new ClemNet(context, params, "oonc").logits(x, width),
                new ClemNet(context, params, "engagement").logits(x, width));
    }

    /** sign(x)·log(1+|x|), batch normalisation, clipped to [-5, 5]; missing is 0 before and after. */
    private Operand<TFloat32> continuous(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        Operand<TFloat32> zeros = tf.zerosLike(inputs.continuous);
        Operand<TFloat32> known = tf.select(inputs.continuousMissing, zeros, inputs.continuous);
        Operand<TFloat32> logged = tf.math.mul(tf.math.sign(known), tf.math.log1p(tf.math.abs(known)));
        Operand<TFloat32> normalised =
                BatchNormalisation.renormalised(context, "input_norm", 0, logged, shape.continuous());
        return tf.math.minimum(tf.math.maximum(normalised, tf.constant(-5f)), tf.constant(5f));
    }

    /** The cumulative product of the two tasks' sigmoids, and its weighted mean. */
    @Override
    public Map<String, Operand<TFloat32>> outputs(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        Logits logits = logits(context, inputs);
        Operand<TFloat32> oonc = tf.withName(ModelSignature.P_OONC).math.sigmoid(logits.oonc());
        Operand<TFloat32> engagement =
                tf.withName(ModelSignature.P_ENGAGEMENT).math.mul(oonc, tf.math.sigmoid(logits.engagement()));
        double sum = params.ooncWeight() + params.engagementWeight();
        Operand<TFloat32> score = tf.withName(ModelSignature.SCORE)
                .math
                .add(
                        tf.math.mul(oonc, tf.constant((float) (params.ooncWeight() / sum))),
                        tf.math.mul(engagement, tf.constant((float) (params.engagementWeight() / sum))));
        Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
        outputs.put(ModelSignature.P_OONC, oonc);
        outputs.put(ModelSignature.P_ENGAGEMENT, engagement);
        outputs.put(ModelSignature.SCORE, score);
        return outputs;
    }

    /** Σ over both tasks; the second learns only from rows whose masked first label is 1. */
    @Override
    public Operand<TFloat32> loss(GraphContext context, ModelInputs inputs, Labels labels) {
        Ops tf = context.tf;
        Logits logits = logits(context, inputs);
        Operand<TFloat32> opened = tf.math.mul(labels.weight(), labels.oonc());
        Operand<TFloat32> all = Losses.sum(tf, labels.weight());
        Operand<TFloat32> denominator =
                switch (params.secondLossDenominator()) {
                    case OWN_MASK -> Losses.sum(tf, opened);
                    case BATCH -> all;
                };
        return tf.math.add(
                Losses.weighted(tf, logits.oonc(), labels.oonc(), labels.weight(), all),
                Losses.weighted(tf, logits.engagement(), labels.engagement(), opened, denominator));
    }
}
