package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.VariableNames;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Batch normalization of the last axis; statistics are taken over all other axes. */
public final class BatchNormalization {
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
            recordMoments(context, name, depth, x, 0, 1, 2);
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
        if (context.path == GraphContext.Path.SHARE) {
            return shared(context, depth, x, width, vectors);
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

    /** Normalizes a share of a batch by the whole batch's moments, as {@link #fused} does the whole. */
    private static Operand<TFloat32> shared(
            GraphContext context, int depth, Operand<TFloat32> x, int width, Vectors vectors) {
        Ops tf = context.tf;
        Moments own = moments(tf, x, 0, 1, 2);
        Placeholder<TFloat32> input = tf.placeholder(TFloat32.class);
        Placeholder<TFloat32> mean = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(width)));
        Placeholder<TFloat32> variance = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(width)));
        Operand<TFloat32> channels = tf.dtypes.cast(tf.stridedSlice(tf.shape(input), Indices.at(0)), TFloat32.class);
        Operand<TFloat32> count = tf.math.mul(channels, context.schedule.batchRows());
        // TensorFlow's fused normalization hands over the variance of a sample.
        Operand<TFloat32> one = tf.constant(1f);
        Operand<TFloat32> ofSample =
                tf.math.mul(variance, tf.math.div(count, tf.math.maximum(tf.math.sub(count, one), one)));
        vectors.update(context, mean, ofSample, context.schedule.momentum());
        GraphContext.Cut cut = new GraphContext.Cut(
                depth, x, own.mean, own.variance, input, mean, variance, vectors.gamma, vectors.beta, count);
        context.cuts.add(cut);
        return normalized(tf, cut, vectors.gamma, vectors.beta);
    }

    private static Operand<TFloat32> normalized(
            Ops tf, GraphContext.Cut cut, Operand<TFloat32> scale, Operand<TFloat32> shift) {
        return tf.nn.fusedBatchNorm(
                        cut.input(),
                        scale,
                        shift,
                        cut.batchMean(),
                        cut.batchVariance(),
                        FusedBatchNorm.epsilon(EPSILON),
                        FusedBatchNorm.isTraining(false))
                .y();
    }

    /**
     * The gradient with respect to the output before a cut, with y the output after the normalization and n the values a position:
     * held − γ / σ · (Σ dy + normalized · Σ dy · normalized) / n.
     *
     * @param held the gradient with respect to the cut's input, its moments held
     * @param gammaSum Σ dy · normalized over the whole batch
     * @param betaSum Σ dy over the whole batch
     */
    public static Operand<TFloat32> outputGradient(
            Ops tf,
            GraphContext.Cut cut,
            Operand<TFloat32> held,
            Operand<TFloat32> gammaSum,
            Operand<TFloat32> betaSum) {
        Operand<TFloat32> deviation = tf.math.sqrt(tf.math.add(cut.batchVariance(), tf.constant(EPSILON)));
        Operand<TFloat32> factor = tf.math.neg(tf.math.div(cut.gamma(), tf.math.mul(deviation, cut.count())));
        return tf.math.add(held, normalized(tf, cut, tf.math.mul(factor, gammaSum), tf.math.mul(factor, betaSum)));
    }

    /**
     * Normalizes [B, width]; while training the batch's statistics are corrected toward those of batches before (renorm). A share's
     * come from all rows at once, so that nothing that is learned may lie before it.
     */
    static Operand<TFloat32> renormalized(
            GraphContext context, String name, int depth, Operand<TFloat32> x, int width, Momenta momenta) {
        Ops tf = context.tf;
        Vectors vectors = new Vectors(context, name, width);
        Operand<TFloat32> epsilon = tf.constant(EPSILON);
        Operand<TFloat32> moving = tf.math.sqrt(tf.math.add(vectors.variance, epsilon));
        Operand<TFloat32> normalized;
        if (context.training()) {
            Operand<TFloat32> mean = context.ofWholeBatch(tf.math.mean(x, tf.constant(0)));
            Operand<TFloat32> centered = tf.math.sub(x, mean);
            Operand<TFloat32> variance = context.ofWholeBatch(tf.math.mean(tf.math.square(centered), tf.constant(0)));
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
            recordMoments(context, name, depth, x, 0);
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

    private static void recordMoments(GraphContext context, String name, int depth, Operand<TFloat32> x, int... axes) {
        if (context.path == GraphContext.Path.EVALUATION) {
            Moments own = moments(context.tf, x, axes);
            context.normalizations.add(new GraphContext.Normalization(name, depth, own.mean, own.variance));
        }
    }

    private record Moments(Operand<TFloat32> mean, Operand<TFloat32> variance) {}

    private static Moments moments(Ops tf, Operand<TFloat32> x, int... axes) {
        Operand<TInt32> over = tf.constant(axes);
        Operand<TFloat32> mean = tf.math.mean(x, over);
        return new Moments(mean, tf.math.mean(tf.math.squaredDifference(x, mean), over));
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
