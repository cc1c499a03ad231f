package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The baseline: a logistic regression for each task, which {@link LogisticTrainer} fits. Numbers come as
 * sign(x)·log(1+|x|) with an indicator of their absence, binary features as they are, ids one-hot by their lowest bits.
 *
 * @param penalty weight of the squared coefficients of the standardized inputs, in [0, 1000]; spark-mllib's regParam
 * @param iterations of L-BFGS at most, from 1 to 10000
 * @param maximumEvaluationRows evaluation examples read at most
 */
@ModelName(
        value = "logistic",
        without = {"embedding_dimensions", "sparse_branch", "second_loss_denominator", "training"})
public record Logistic(double penalty, int iterations, int maximumEvaluationRows) implements Architecture {
    public Logistic {
        Bounds.within("logistic.penalty", penalty, 0, 1000);
        Bounds.within("logistic.iterations", iterations, 1, 10_000);
        Bounds.atLeast("logistic.maximum_evaluation_rows", maximumEvaluationRows, 2);
    }

    @Override
    public Logits logits(GraphContext context, HeavyInput input) {
        Operand<TFloat32> x =
                context.tf.concat(List.of(input.logarithms(), input.missing(), input.binary()), context.tf.constant(1));
        return new Logits(task(context, "oonc", input, x), task(context, "engagement", input, x));
    }

    @Override
    public List<InputAxis> inputAxes(HeavyParams params, FeatureShape shape) {
        return List.of(
                new InputAxis("oonc.kernel", 0, InputAxis.Inputs.LINEAR),
                new InputAxis("engagement.kernel", 0, InputAxis.Inputs.LINEAR));
    }

    private static Operand<TFloat32> task(GraphContext context, String name, HeavyInput input, Operand<TFloat32> x) {
        Ops tf = context.tf;
        Operand<TFloat32> ids = tf.math.add(
                hashed(context, name + ".sparse", input, input.sparse()),
                hashed(context, name + ".sparse_continuous", input, input.sparseContinuous()));
        return tf.math.add(DenseLayers.logit(context, name, x, input.linearWidth()), ids);
    }

    /** [B]: Σ over an example's entries of log₂(1+|value|), signed, times its bucket's weight; 1 counts as 1. */
    private static Operand<TFloat32> hashed(GraphContext context, String name, HeavyInput input, EmbeddingSum entries) {
        Ops tf = context.tf;
        Operand<TFloat32> values =
                tf.math.mul(HeavyInput.signedLogarithm(tf, entries.values()), tf.constant((float) (1 / Math.log(2))));
        EmbeddingSum scaled = new EmbeddingSum(entries.ids(), values, entries.rows(), entries.examples());
        return tf.reshape(
                scaled.sum(context, name + ".weights", input.buckets(), 1, Initializer.constant(0)),
                tf.constant(new int[] {-1}));
    }
}
