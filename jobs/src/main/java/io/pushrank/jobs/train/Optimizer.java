package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.Unique;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * One training step as graph nodes: gradients, clipping to a global norm, and updates of variables and statistics.
 *
 * <p>Every update waits for every gradient. Variables are read in place, so an early update would change what a later
 * gradient sees.
 */
final class Optimizer {
    private static final String SLOT = "slot.";
    private static final float BETA_1 = 0.9f;
    private static final float BETA_2 = 0.999f;
    private static final float EPSILON = 1e-8f;
    private static final float MOMENTUM = 0.9f;
    private static final float FIRST_SQUARES = 0.1f;
    private static final float RMSPROP_DECAY = 0.9f;
    private static final float RMSPROP_EPSILON = 1e-10f;
    private static final float FTRL_POWER = -0.5f;

    private final GraphContext context;
    private final Ops tf;
    private final TrainingParams params;
    private final List<Op> updates = new ArrayList<>();

    private Optimizer(GraphContext context, TrainingParams params) {
        this.context = context;
        this.tf = context.tf;
        this.params = params;
    }

    /** The learning rate to feed at a step, from 0: Adam's correction of its young averages is part of it. */
    static float fedLearningRate(TrainingParams params, long step) {
        double rate = params.learningRateAt(step);
        return (float)
                switch (params.optimizer()) {
                    case ADAM ->
                        rate * Math.sqrt(1 - Math.pow(BETA_2, step + 1.0)) / (1 - Math.pow(BETA_1, step + 1.0));
                    case GRADIENT_DESCENT, MOMENTUM, ADAGRAD, RMSPROP, FTRL -> rate;
                };
    }

    /** The node that does one step. */
    static NoOp step(GraphContext context, Operand<TFloat32> loss, TrainingParams params) {
        Moved moved = Moved.of(context, params);
        List<Operand<TFloat32>> gradients =
                floats(((Graph) context.tf.scope().env()).addGradients(loss.asOutput(), moved.outputs(context)));
        return apply(context, params, moved.denseOf(gradients), moved.sparseOf(gradients));
    }

    /**
     * What a training moves, and gradients are taken of: weights whole, and the rows that a batch read of tables.
     *
     * @param dense names of variables
     */
    record Moved(List<String> dense, List<GraphContext.EmbeddingRead> reads) {
        static Moved of(GraphContext context, TrainingParams params) {
            Set<String> tables = new HashSet<>();
            context.embeddingReads.forEach(read -> tables.add(read.table()));
            List<String> dense = context.variables.trainedNames().stream()
                    .filter(name -> !tables.contains(name))
                    .filter(params::isTrainable)
                    .toList();
            List<GraphContext.EmbeddingRead> reads = context.embeddingReads.stream()
                    .filter(read -> params.isTrainable(read.table()))
                    .toList();
            if (dense.isEmpty() && reads.isEmpty()) {
                throw PushrankException.usage("params: training.trainable must name a variable, one of "
                        + context.variables.trainedNames() + ", but is " + params.trainable());
            }
            return new Moved(dense, reads);
        }

        /** What gradients are taken of, in order: dense variables, then rows. */
        Output<?>[] outputs(GraphContext context) {
            return Stream.concat(
                            dense.stream()
                                    .map(name -> context.variables.read(name).asOutput()),
                            reads.stream().map(read -> read.rows().asOutput()))
                    .toArray(Output<?>[]::new);
        }

        /** The dense variables' part of the gradients of {@link #outputs}, by name. */
        Map<String, Operand<TFloat32>> denseOf(List<Operand<TFloat32>> gradients) {
            Map<String, Operand<TFloat32>> byName = new LinkedHashMap<>();
            for (int index = 0; index < dense.size(); index++) {
                byName.put(dense.get(index), gradients.get(index));
            }
            return byName;
        }

        /** The rows' part. */
        List<SparseGradient> sparseOf(List<Operand<TFloat32>> gradients) {
            List<SparseGradient> sparse = new ArrayList<>();
            for (int index = 0; index < reads.size(); index++) {
                sparse.add(new SparseGradient(
                        reads.get(index).table(), reads.get(index).ids(), gradients.get(dense.size() + index)));
            }
            return sparse;
        }
    }

    /** The gradient of rows of a table. */
    record SparseGradient(String table, Operand<TInt64> ids, Operand<TFloat32> gradient) {
        /** Sums what several entries of one batch say about one row: adaptive updates must see the row once. */
        SparseGradient unique(Ops tf) {
            Unique<TInt64, TInt32> unique = tf.unique(ids, tf.constant(new long[] {0}));
            return new SparseGradient(
                    table, unique.y(), tf.math.unsortedSegmentSum(gradient, unique.idx(), tf.size(unique.y())));
        }
    }

    static List<Operand<TFloat32>> floats(Output<?>[] outputs) {
        return Stream.of(outputs)
                .<Operand<TFloat32>>map(output -> output.expect(TFloat32.class))
                .toList();
    }

    /**
     * The node that does one step by given gradients.
     *
     * @param dense by variable
     * @param sparse may name a row more than once
     */
    static NoOp apply(
            GraphContext context,
            TrainingParams params,
            Map<String, Operand<TFloat32>> dense,
            List<SparseGradient> sparse) {
        return new Optimizer(context, params).build(dense, sparse);
    }

    private NoOp build(Map<String, Operand<TFloat32>> dense, List<SparseGradient> sparse) {
        int number = 0;
        Map<String, Operand<TFloat32>> denseGradients = new LinkedHashMap<>();
        for (Map.Entry<String, Operand<TFloat32>> entry : dense.entrySet()) {
            denseGradients.put(entry.getKey(), noisy(entry.getValue(), number++));
        }
        List<SparseGradient> sparseGradients = new ArrayList<>();
        for (SparseGradient gradient : sparse) {
            SparseGradient summed = gradient.unique(tf);
            sparseGradients.add(new SparseGradient(summed.table(), summed.ids(), noisy(summed.gradient(), number++)));
        }
        List<Operand<TFloat32>> all = Stream.concat(
                        denseGradients.values().stream(),
                        sparseGradients.stream().map(SparseGradient::gradient))
                .toList();
        Operand<TFloat32> scale = clipScale(all);
        Ops gated = tf.withControlDependencies(Stream.concat(all.stream(), Stream.of(scale))
                .map(operand -> (Op) operand)
                .toList());
        denseGradients.forEach((name, gradient) -> applyDense(gated, name, gated.math.mul(gradient, scale)));
        for (SparseGradient gradient : sparseGradients) {
            applySparse(gated, gradient, gated.math.mul(gradient.gradient(), scale));
        }
        for (GraphContext.StatisticUpdate update : context.updates) {
            updates.add(gated.assign(context.variables.variable(update.name()), update.value()));
        }
        return tf.withControlDependencies(updates).noOp();
    }

    /** With the noise of the step, a different one for each gradient. */
    private Operand<TFloat32> noisy(Operand<TFloat32> gradient, int number) {
        if (params.gradientNoise() == null) {
            return gradient;
        }
        Operand<TInt64> seed = tf.math.add(context.schedule.dropoutSeed(), tf.constant(new long[] {number + 1L, 0}));
        Operand<TFloat32> noise = tf.random.statelessTruncatedNormal(tf.shape(gradient), seed);
        return tf.math.add(
                gradient, tf.math.mul(noise, tf.constant(params.gradientNoise().floatValue())));
    }

    /** min(1, clip norm / global norm). */
    private Operand<TFloat32> clipScale(List<Operand<TFloat32>> gradients) {
        if (params.clipNorm() == 0) {
            return tf.constant(1f);
        }
        List<Operand<TFloat32>> squares = new ArrayList<>();
        gradients.forEach(gradient -> squares.add(tf.nn.l2Loss(gradient)));
        Operand<TFloat32> norm = tf.math.sqrt(tf.math.mul(tf.math.addN(squares), tf.constant(2f)));
        Operand<TFloat32> bound = tf.constant((float) params.clipNorm());
        return tf.math.div(bound, tf.math.maximum(norm, bound));
    }

    private void applyDense(Ops gated, String name, Operand<TFloat32> gradient) {
        Variable<TFloat32> variable = context.variables.variable(name);
        Operand<TFloat32> rate = context.schedule.learningRate();
        switch (params.optimizer()) {
            case ADAM -> {
                // Powers of 0: the fed rate already carries the correction they would make.
                Operand<TFloat32> corrected = gated.constant(0f);
                updates.add(gated.train.applyAdam(
                        variable,
                        slot(name, "first", 0),
                        slot(name, "second", 0),
                        corrected,
                        corrected,
                        rate,
                        gated.constant(BETA_1),
                        gated.constant(BETA_2),
                        gated.constant(EPSILON),
                        gradient));
            }
            case GRADIENT_DESCENT -> updates.add(gated.train.applyGradientDescent(variable, rate, gradient));
            case MOMENTUM ->
                updates.add(gated.train.applyMomentum(
                        variable, slot(name, "momentum", 0), rate, gradient, gated.constant(MOMENTUM)));
            case ADAGRAD ->
                updates.add(gated.train.applyAdagrad(variable, slot(name, "squares", FIRST_SQUARES), rate, gradient));
            case RMSPROP ->
                updates.add(gated.train.applyRmsProp(
                        variable,
                        slot(name, "squares", 1),
                        slot(name, "momentum", 0),
                        rate,
                        gated.constant(RMSPROP_DECAY),
                        gated.constant(0f),
                        gated.constant(RMSPROP_EPSILON),
                        gradient));
            case FTRL ->
                updates.add(gated.train.applyFtrl(
                        variable,
                        slot(name, "squares", FIRST_SQUARES),
                        slot(name, "linear", 0),
                        gradient,
                        rate,
                        gated.constant(0f),
                        gated.constant(0f),
                        gated.constant(0f),
                        gated.constant(FTRL_POWER)));
        }
    }

    /** Whether a variable is an optimizer's memory. */
    static boolean isMemory(String name) {
        return name.startsWith(SLOT);
    }

    /** Whether it is the memory of some params' optimizer, of what these let it move. */
    static boolean isMemoryOf(TrainingParams params, String name) {
        int end = name.lastIndexOf("." + params.optimizer() + ".");
        return isMemory(name) && end > 0 && params.isTrainable(name.substring(SLOT.length(), end));
    }

    /** A variable's memory of one kind. */
    private Variable<TFloat32> slot(String name, String kind, float initial) {
        return context.variables.slot(
                SLOT + name + "." + params.optimizer() + "." + kind, context.variables.shape(name), initial);
    }

    private void applySparse(Ops gated, SparseGradient sparse, Operand<TFloat32> gradient) {
        Operand<TFloat32> rate = context.schedule.learningRate();
        String name = sparse.table();
        Variable<TFloat32> table = context.variables.variable(name);
        updates.add(
                switch (params.optimizer()) {
                    case ADAM -> {
                        Operand<TFloat32> first = average(gated, sparse, "first", BETA_1, gradient);
                        Operand<TFloat32> second =
                                average(gated, sparse, "second", BETA_2, gated.math.square(gradient));
                        Operand<TFloat32> change = gated.math.div(
                                gated.math.mul(rate, first),
                                gated.math.add(gated.math.sqrt(second), gated.constant(EPSILON)));
                        yield gated.scatterSub(table, sparse.ids(), change);
                    }
                    case GRADIENT_DESCENT -> gated.scatterSub(table, sparse.ids(), gated.math.mul(rate, gradient));
                    case MOMENTUM ->
                        gated.train.sparseApplyMomentum(
                                table,
                                slot(name, "momentum", 0),
                                rate,
                                gradient,
                                sparse.ids(),
                                gated.constant(MOMENTUM));
                    case ADAGRAD ->
                        gated.train.sparseApplyAdagrad(
                                table,
                                slot(name, "squares", FIRST_SQUARES),
                                rate,
                                gated.constant(0f),
                                gradient,
                                sparse.ids());
                    case RMSPROP ->
                        gated.train.sparseApplyRmsProp(
                                table,
                                slot(name, "squares", 1),
                                slot(name, "momentum", 0),
                                rate,
                                gated.constant(RMSPROP_DECAY),
                                gated.constant(0f),
                                gated.constant(RMSPROP_EPSILON),
                                gradient,
                                sparse.ids());
                    case FTRL ->
                        gated.train.sparseApplyFtrl(
                                table,
                                slot(name, "squares", FIRST_SQUARES),
                                slot(name, "linear", 0),
                                gradient,
                                sparse.ids(),
                                rate,
                                gated.constant(0f),
                                gated.constant(0f),
                                gated.constant(0f),
                                gated.constant(FTRL_POWER));
                });
    }

    /** Moves one of Adam's averages for the rows that were read, and returns their new values. */
    private Operand<TFloat32> average(
            Ops gated, SparseGradient sparse, String slotName, float beta, Operand<TFloat32> value) {
        Variable<TFloat32> slot = slot(sparse.table(), slotName, 0);
        Operand<TFloat32> old = gated.gather(gated.identity(slot), sparse.ids(), gated.constant(0));
        Operand<TFloat32> moved = gated.math.add(
                gated.math.mul(old, gated.constant(beta)), gated.math.mul(value, gated.constant(1 - beta)));
        updates.add(gated.scatterUpdate(slot, sparse.ids(), moved));
        return moved;
    }
}
