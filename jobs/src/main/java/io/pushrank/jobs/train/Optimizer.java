package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.TrainingParams;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
    private static final float BETA_1 = 0.9f;
    private static final float BETA_2 = 0.999f;
    private static final float EPSILON = 1e-8f;

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
                    case GRADIENT_DESCENT -> rate;
                };
    }

    /** The node that does one step. */
    static NoOp step(GraphContext context, Operand<TFloat32> loss, TrainingParams params) {
        return new Optimizer(context, params).build(loss);
    }

    /** The gradient of the table rows that a batch read, each row once. */
    private record SparseGradient(String table, Operand<TInt64> ids, Operand<TFloat32> gradient) {}

    private NoOp build(Operand<TFloat32> loss) {
        Set<String> tables = new HashSet<>();
        context.embeddingReads.forEach(read -> tables.add(read.table()));
        List<String> dense = context.variables.trainedNames().stream()
                .filter(name -> !tables.contains(name))
                .toList();
        List<Operand<TFloat32>> gradients = gradients(loss, dense);
        List<Operand<TFloat32>> denseGradients = gradients.subList(0, dense.size());
        List<SparseGradient> sparseGradients = new ArrayList<>();
        for (int index = 0; index < context.embeddingReads.size(); index++) {
            sparseGradients.add(unique(context.embeddingReads.get(index), gradients.get(dense.size() + index)));
        }
        List<Operand<TFloat32>> all = Stream.concat(
                        denseGradients.stream(), sparseGradients.stream().map(SparseGradient::gradient))
                .toList();
        Operand<TFloat32> scale = clipScale(all);
        Ops gated = tf.withControlDependencies(Stream.concat(all.stream(), Stream.of(scale))
                .map(operand -> (Op) operand)
                .toList());
        for (int index = 0; index < dense.size(); index++) {
            applyDense(gated, dense.get(index), gated.math.mul(denseGradients.get(index), scale));
        }
        for (SparseGradient sparse : sparseGradients) {
            applySparse(gated, sparse, gated.math.mul(sparse.gradient(), scale));
        }
        for (GraphContext.StatisticUpdate update : context.updates) {
            updates.add(gated.assign(context.variables.variable(update.name()), update.value()));
        }
        return tf.withControlDependencies(updates).noOp();
    }

    private List<Operand<TFloat32>> gradients(Operand<TFloat32> loss, List<String> dense) {
        List<Output<?>> targets = new ArrayList<>();
        dense.forEach(name -> targets.add(context.variables.read(name).asOutput()));
        context.embeddingReads.forEach(read -> targets.add(read.rows().asOutput()));
        Output<?>[] outputs =
                ((Graph) tf.scope().env()).addGradients(loss.asOutput(), targets.toArray(new Output<?>[0]));
        List<Operand<TFloat32>> gradients = new ArrayList<>();
        for (Output<?> output : outputs) {
            gradients.add(output.expect(TFloat32.class));
        }
        return gradients;
    }

    /** Sums what several entries of one batch say about one row: adaptive updates must see the row once. */
    private SparseGradient unique(GraphContext.EmbeddingRead read, Operand<TFloat32> gradient) {
        Unique<TInt64, TInt32> unique = tf.unique(read.ids(), tf.constant(new long[] {0}));
        Operand<TFloat32> summed = tf.math.unsortedSegmentSum(gradient, unique.idx(), tf.size(unique.y()));
        return new SparseGradient(read.table(), unique.y(), summed);
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
                var shape = context.variables.shape(name);
                // Powers of 0: the fed rate already carries the correction they would make.
                Operand<TFloat32> corrected = gated.constant(0f);
                updates.add(gated.train.applyAdam(
                        variable,
                        context.variables.slot("slot." + name + ".first", shape),
                        context.variables.slot("slot." + name + ".second", shape),
                        corrected,
                        corrected,
                        rate,
                        gated.constant(BETA_1),
                        gated.constant(BETA_2),
                        gated.constant(EPSILON),
                        gradient));
            }
            case GRADIENT_DESCENT -> updates.add(gated.train.applyGradientDescent(variable, rate, gradient));
        }
    }

    private void applySparse(Ops gated, SparseGradient sparse, Operand<TFloat32> gradient) {
        Operand<TFloat32> rate = context.schedule.learningRate();
        Operand<TFloat32> change =
                switch (params.optimizer()) {
                    case ADAM -> {
                        Operand<TFloat32> first = average(gated, sparse, "first", BETA_1, gradient);
                        Operand<TFloat32> second =
                                average(gated, sparse, "second", BETA_2, gated.math.square(gradient));
                        yield gated.math.div(
                                gated.math.mul(rate, first),
                                gated.math.add(gated.math.sqrt(second), gated.constant(EPSILON)));
                    }
                    case GRADIENT_DESCENT -> gated.math.mul(rate, gradient);
                };
        updates.add(gated.scatterSub(context.variables.variable(sparse.table()), sparse.ids(), change));
    }

    /** Moves one of Adam's averages for the rows that were read, and returns their new values. */
    private Operand<TFloat32> average(
            Ops gated, SparseGradient sparse, String slotName, float beta, Operand<TFloat32> value) {
        Variable<TFloat32> slot = context.variables.slot(
                "slot." + sparse.table() + "." + slotName, context.variables.shape(sparse.table()));
        Operand<TFloat32> old = gated.gather(gated.identity(slot), sparse.ids(), gated.constant(0));
        Operand<TFloat32> moved = gated.math.add(
                gated.math.mul(old, gated.constant(beta)), gated.math.mul(value, gated.constant(1 - beta)));
        updates.add(gated.scatterUpdate(slot, sparse.ids(), moved));
        return moved;
    }
}
