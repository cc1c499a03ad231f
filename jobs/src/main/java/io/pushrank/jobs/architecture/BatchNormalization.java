package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.VariableNames;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Batch normalization of the last axis; statistics are taken over all other axes. */
final class BatchNormalization {
    /** Added to the variance; the light ranker's plain-Java pass uses the same. */
    static final float EPSILON = 1e-3f;

    private BatchNormalization() {}

    /**
     * Normalizes [a, B, 1, width].
     *
     * @param depth see {@link GraphContext.Normalization}
     */
    static Operand<TFloat32> fused(GraphContext context, String name, int depth, Operand<TFloat32> x, int width) {
        Ops tf = context.tf;
        Vectors vectors = new Vectors(context, name, width);
        var epsilon = FusedBatchNorm.epsilon(EPSILON);
        if (!context.training()) {
            recordMoments(context, name, depth, x, List.of(0, 1, 2));
            // Java calls FusedBatchNormV3 by this name, the only version with a gradient.
            return tf.nn.fusedBatchNorm(
                            x,
                            vectors.gamma,
                            vectors.beta,
                            vectors.mean,
                            vectors.variance,
                            epsilon,
                            FusedBatchNorm.isTraining(false))
                    .y();
        }
        Operand<TFloat32> none = tf.constant(new float[0]);
        FusedBatchNorm<TFloat32, TFloat32> normalized = tf.nn.fusedBatchNorm(
                x, vectors.gamma, vectors.beta, none, none, epsilon, FusedBatchNorm.isTraining(true));
        vectors.update(context, normalized.batchMean(), normalized.batchVariance(), context.schedule.momentum());
        return normalized.y();
    }

    /**
     * How fast statistics move; the ramp limits each.
     *
     * @param moving of the moving statistics; null: the training's
     * @param renorm of renormalization's own ones; null: it has none and takes the moving ones
     */
    record Momenta(Double moving, Double renorm) {
        private static Operand<TFloat32> limited(GraphContext context, Double momentum) {
            return context.tf.math.minimum(
                    context.tf.constant(momentum.floatValue()), context.schedule.momentumLimit());
        }

        private Operand<TFloat32> ofMoving(GraphContext context) {
            return moving == null ? context.schedule.momentum() : limited(context, moving);
        }
    }

    /** Normalizes [B, width]; while training the batch's statistics are corrected toward those of batches before (renorm). */
    static Operand<TFloat32> renormalized(
            GraphContext context, String name, int depth, Operand<TFloat32> x, int width, Momenta momenta) {
        Ops tf = context.tf;
        Vectors vectors = new Vectors(context, name, width);
        Operand<TFloat32> epsilon = tf.constant(EPSILON);
        Operand<TFloat32> moving = tf.math.sqrt(tf.math.add(vectors.variance, epsilon));
        Operand<TFloat32> normalized;
        if (context.training()) {
            Operand<TFloat32> mean = tf.math.mean(x, tf.constant(0));
            Operand<TFloat32> centered = tf.math.sub(x, mean);
            Operand<TFloat32> variance = tf.math.mean(tf.math.square(centered), tf.constant(0));
            Operand<TFloat32> deviation = tf.math.sqrt(tf.math.add(variance, epsilon));
            Operand<TFloat32> rMax = context.schedule.renormR();
            Operand<TFloat32> dMax = context.schedule.renormD();
            Operand<TFloat32> earlierMean = vectors.mean;
            Operand<TFloat32> earlierDeviation = moving;
            if (momenta.renorm() != null) {
                earlierMean = memory(context, RenormMemory.mean(name), 0, width);
                earlierDeviation = memory(context, RenormMemory.deviation(name), 1, width);
                context.renormalizations.add(name);
                Operand<TFloat32> momentum = Momenta.limited(context, momenta.renorm());
                move(context, RenormMemory.mean(name), earlierMean, mean, momentum);
                move(context, RenormMemory.deviation(name), earlierDeviation, deviation, momentum);
            }
            Operand<TFloat32> r = tf.stopGradient(tf.math.minimum(
                    tf.math.maximum(tf.math.div(deviation, earlierDeviation), tf.math.div(tf.constant(1f), rMax)),
                    rMax));
            Operand<TFloat32> d = tf.stopGradient(tf.math.minimum(
                    tf.math.maximum(tf.math.div(tf.math.sub(mean, earlierMean), earlierDeviation), tf.math.neg(dMax)),
                    dMax));
            vectors.update(context, mean, variance, momenta.ofMoving(context));
            normalized = tf.math.add(tf.math.mul(tf.math.div(centered, deviation), r), d);
        } else {
            recordMoments(context, name, depth, x, List.of(0));
            normalized = tf.math.div(tf.math.sub(x, vectors.mean), moving);
        }
        return tf.math.add(tf.math.mul(normalized, vectors.gamma), vectors.beta);
    }

    private static Operand<TFloat32> memory(GraphContext context, String variable, float initial, int width) {
        context.variables.slot(variable, Shape.of(width), initial);
        return context.variables.read(variable);
    }

    /** moving ← moving · momentum + batch · (1 − momentum). */
    private static void move(
            GraphContext context,
            String variable,
            Operand<TFloat32> moving,
            Operand<TFloat32> batch,
            Operand<TFloat32> momentum) {
        Ops tf = context.tf;
        Operand<TFloat32> kept = tf.math.mul(moving, momentum);
        Operand<TFloat32> added = tf.math.mul(batch, tf.math.sub(tf.constant(1f), momentum));
        context.updates.add(new GraphContext.StatisticUpdate(variable, tf.math.add(kept, added)));
    }

    private static void recordMoments(
            GraphContext context, String name, int depth, Operand<TFloat32> x, List<Integer> axes) {
        if (context.path != GraphContext.Path.EVALUATION) {
            return;
        }
        Ops tf = context.tf;
        Operand<TInt32> over =
                tf.constant(axes.stream().mapToInt(Integer::intValue).toArray());
        Operand<TFloat32> mean = tf.math.mean(x, over);
        Operand<TFloat32> variance = tf.math.mean(tf.math.square(tf.math.sub(x, mean)), over);
        context.normalizations.add(new GraphContext.Normalization(name, depth, mean, variance));
    }

    /** The four vectors of a normalization. */
    private static final class Vectors {
        final String name;
        final Operand<TFloat32> gamma;
        final Operand<TFloat32> beta;
        final Operand<TFloat32> mean;
        final Operand<TFloat32> variance;

        Vectors(GraphContext context, String name, int width) {
            this.name = name;
            gamma = context.variables.trained(VariableNames.gamma(name), Initializer.constant(1), width);
            beta = context.variables.trained(VariableNames.beta(name), Initializer.constant(0), width);
            mean = context.variables.statistic(VariableNames.movingMean(name), 0, width);
            variance = context.variables.statistic(VariableNames.movingVariance(name), 1, width);
        }

        void update(
                GraphContext context,
                Operand<TFloat32> batchMean,
                Operand<TFloat32> batchVariance,
                Operand<TFloat32> momentum) {
            move(context, VariableNames.movingMean(name), mean, batchMean, momentum);
            move(context, VariableNames.movingVariance(name), variance, batchVariance, momentum);
        }
    }
}
