package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelSignature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The heavy ranker: an architecture's two logits, for P(opened) and P(engaged given opened), and what is made of them. */
public final class HeavyRanker implements Ranker {
    private final HeavyParams params;
    private final FeatureShape shape;

    public HeavyRanker(HeavyParams params, FeatureShape shape) {
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

    /** Early stopping maximizes the PR-AUC of the first task: unweighted, where the params do not say otherwise. */
    @Override
    public Evaluation evaluate(Predictions predictions) {
        // A model that is fitted at once has no training by steps.
        boolean isWeighted = params.training() != null && params.training().weightsObjective();
        return new Evaluation(
                isWeighted ? "oonc_weighted_pr_auc" : "oonc_pr_auc", HeavyMetrics.of(predictions, isWeighted));
    }

    @Override
    public List<InputAxis> inputAxes() {
        return params.model().inputAxes(params, shape);
    }

    private Architecture.Logits logits(GraphContext context, ModelInputs inputs) {
        return params.model().logits(context, new HeavyInput(context, inputs, params, shape));
    }

    /** The cumulative product of the two tasks' sigmoids, and its weighted mean. */
    @Override
    public Map<String, Operand<TFloat32>> outputs(GraphContext context, ModelInputs inputs) {
        Ops tf = context.tf;
        Architecture.Logits logits = logits(context, inputs);
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
        Architecture.Logits logits = logits(context, inputs);
        Operand<TFloat32> opened = tf.math.mul(labels.weight(), labels.oonc());
        Operand<TFloat32> all = context.ofWholeBatch(Losses.sum(tf, labels.weight()));
        Operand<TFloat32> denominator =
                switch (params.secondLossDenominator()) {
                    case OWN_MASK -> context.ofWholeBatch(Losses.sum(tf, opened));
                    case BATCH -> all;
                };
        return tf.math.add(
                Losses.weighted(tf, logits.oonc(), labels.oonc(), labels.weight(), all),
                Losses.weighted(tf, logits.engagement(), labels.engagement(), opened, denominator));
    }
}
