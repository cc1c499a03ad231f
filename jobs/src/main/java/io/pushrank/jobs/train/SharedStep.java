package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.BatchNormalization;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.GraphContext.Cut;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.config.Bounds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A training step that several workers take together, each from its share of a batch's rows: what one process would learn from
 * the whole batch, but for rounding.
 *
 * <p>A batch normalization needs the moments of all rows. The graph is cut there, and its parts run one after another: forward,
 * each part's output stays where it is and its moments are exchanged; backward, the gradients of the normalization's scale and shift
 * are, which say what flows back through the moments ({@link BatchNormalization#outputGradient}). A weight's gradient is taken
 * with the first part that it belongs to, and summed up over the workers in the end, when each takes the same step.
 *
 * <p>What depends on all rows but on no weight, as the inputs' moments and the loss's denominators, each worker calculates itself:
 * all of them read whole batches.
 */
final class SharedStep {
    private final StepInputs inputs;
    private final GraphContext context;
    private final Ring ring;
    private final Share share;
    private final Operand<TFloat32> loss;
    /** In the order of the flow; the last one ends in the loss. */
    private final List<Part> parts = new ArrayList<>();
    /** The gradients of the first part's inputs. */
    private final List<Optimizer.SparseGradient> rows = new ArrayList<>();
    /** Where the sums of dense gradients are fed. */
    private final Map<String, Operand<TFloat32>> denseSums = new LinkedHashMap<>();
    /** Where all workers' rows are fed. */
    private final List<Optimizer.SparseGradient> allRows = new ArrayList<>();

    private final NoOp update;

    /**
     * A part of the graph.
     *
     * @param begins where it begins, besides the features
     * @param ends where it ends
     * @param weights gradients of weights that belong to no part before it, by name
     */
    private record Part(List<Crossing> begins, List<Crossing> ends, Map<String, Operand<TFloat32>> weights) {}

    /**
     * A cut with what flows back through it.
     *
     * @param heldGradient fed: with respect to the cut's input, the moments held
     * @param gammaSum fed: with respect to the scale, of all workers
     * @param betaSum fed: with respect to the shift, of all workers
     * @param gradients fetched: with respect to input, scale and shift
     */
    private record Crossing(
            Cut cut,
            Placeholder<TFloat32> heldGradient,
            Placeholder<TFloat32> gammaSum,
            Placeholder<TFloat32> betaSum,
            List<Operand<TFloat32>> gradients) {
        static Crossing of(Ops tf, Cut cut) {
            Placeholder.Options vector = Placeholder.shape(cut.batchMean().shape());
            return new Crossing(
                    cut,
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class, vector),
                    tf.placeholder(TFloat32.class, vector),
                    new ArrayList<>());
        }

        /** With respect to the output of the part before. */
        Operand<TFloat32> outputGradient(Ops tf) {
            return BatchNormalization.outputGradient(tf, cut, heldGradient, gammaSum, betaSum);
        }

        /** What the gradients are taken of. */
        List<Output<?>> targets() {
            return List.of(
                    cut.input().asOutput(), cut.gamma().asOutput(), cut.beta().asOutput());
        }
    }

    /** Builds the nodes of the step behind a path of {@link GraphContext.Path#SHARE} and its loss. */
    SharedStep(StepInputs inputs, GraphContext context, Operand<TFloat32> loss, Ring ring, Share share) {
        this.inputs = inputs;
        this.context = context;
        this.ring = ring;
        this.share = share;
        this.loss = loss;
        Ops tf = context.tf;
        TrainingParams params = inputs.ranker().training();
        Optimizer.Moved moved = Optimizer.Moved.of(context, params);
        List<Crossing> crossings =
                context.cuts.stream().map(cut -> Crossing.of(tf, cut)).toList();
        List<Operand<TFloat32>> gradients = gradients(moved, crossings);
        addParts(crossings, moved.denseOf(gradients));
        moved.sparseOf(gradients).forEach(gradient -> rows.add(gradient.unique(tf)));
        moved.dense().forEach(name -> denseSums.put(name, tf.placeholder(TFloat32.class)));
        rows.forEach(gradient -> allRows.add(new Optimizer.SparseGradient(
                gradient.table(), tf.placeholder(TInt64.class), tf.placeholder(TFloat32.class))));
        update = Optimizer.apply(context, params, denseSums, allRows);
    }

    /** Those of what is moved; those of each cut go to its crossing. */
    private List<Operand<TFloat32>> gradients(Optimizer.Moved moved, List<Crossing> crossings) {
        Ops tf = context.tf;
        List<Output<?>> ends = new ArrayList<>();
        List<Output<?>> endGradients = new ArrayList<>();
        ends.add(loss.asOutput());
        endGradients.add(tf.constant(1f).asOutput());
        // A scale may be among both.
        Set<Output<?>> targets = new LinkedHashSet<>(List.of(moved.outputs(context)));
        for (Crossing crossing : crossings) {
            ends.add(crossing.cut().output().asOutput());
            endGradients.add(crossing.outputGradient(tf).asOutput());
            targets.addAll(crossing.targets());
        }
        Output<?>[] order = array(targets);
        List<Operand<TFloat32>> found =
                Optimizer.floats(graph().addGradients(null, array(ends), order, array(endGradients)));
        Map<Output<?>, Operand<TFloat32>> gradients = new HashMap<>();
        for (int index = 0; index < order.length; index++) {
            gradients.put(order[index], found.get(index));
        }
        crossings.forEach(crossing ->
                crossing.targets().forEach(target -> crossing.gradients().add(gradients.get(target))));
        return Stream.of(moved.outputs(context)).map(gradients::get).toList();
    }

    private Graph graph() {
        return (Graph) context.tf.scope().env();
    }

    private static Output<?>[] array(Collection<Output<?>> outputs) {
        return outputs.toArray(Output<?>[]::new);
    }

    private void addParts(List<Crossing> crossings, Map<String, Operand<TFloat32>> gradients) {
        Map<Integer, List<Crossing>> byDepth = new TreeMap<>();
        crossings.forEach(crossing -> byDepth.computeIfAbsent(crossing.cut().depth(), depth -> new ArrayList<>())
                .add(crossing));
        Map<String, Operand<TFloat32>> left = new LinkedHashMap<>(gradients);
        List<Crossing> begins = List.of();
        for (List<Crossing> ends : byDepth.values()) {
            Set<Operand<?>> outputs = new HashSet<>();
            ends.forEach(crossing -> outputs.add(crossing.cut().output()));
            Set<GraphOperation> operations = graph().subgraphTo(outputs);
            Map<String, Operand<TFloat32>> own = new LinkedHashMap<>(left);
            own.keySet()
                    .removeIf(name -> !operations.contains(
                            (GraphOperation) context.variables.read(name).op()));
            left.keySet().removeAll(own.keySet());
            parts.add(new Part(begins, ends, own));
            begins = ends;
        }
        parts.add(new Part(begins, List.of(), left));
    }

    /**
     * Learns from one batch, which every worker has whole, and returns its loss before the step.
     *
     * @throws IllegalArgumentException when there are fewer rows than workers
     */
    float step(ExampleBatch batch, long step) {
        Bounds.require(
                batch.size() >= ring.workers(),
                "rows of a batch",
                "at least as many as workers, " + ring.workers(),
                batch.size());
        try (Pass pass = new Pass()) {
            try (StepInputs.Fed whole = inputs.of(batch, step)) {
                List<Tensor> values = pass.run(whole, context.wholeBatchValues, context.wholeBatchUpdates);
                for (int index = 0; index < values.size(); index++) {
                    pass.know(context.wholeBatchValues.get(index), values.get(index));
                }
            }
            pass.keep(context.schedule.batchRows(), TFloat32.scalarOf(batch.size()));
            try (StepInputs.Fed own = inputs.of(share.of(batch), step)) {
                parts.forEach(part -> forward(pass, own, part.ends(), batch));
                for (int index = parts.size() - 1; index >= 0; index--) {
                    backward(pass, own, parts.get(index));
                }
                float wholeLoss = feedSums(pass);
                feedRows(pass);
                pass.run(own, List.of(), List.of(update));
                return wholeLoss;
            }
        }
    }

    /** Runs the part that ends in some cuts, and combines the workers' moments there. */
    private void forward(Pass pass, StepInputs.Fed own, List<Crossing> ends, ExampleBatch batch) {
        if (ends.isEmpty()) {
            return;
        }
        List<Operand<?>> fetched = new ArrayList<>();
        ends.forEach(crossing -> fetched.add(crossing.cut().output()));
        ends.forEach(crossing ->
                fetched.addAll(List.of(crossing.cut().mean(), crossing.cut().variance())));
        List<Tensor> found = pass.run(own, fetched, List.of());
        List<float[]> moments = floats(found.subList(ends.size(), found.size()));
        List<List<float[]>> all = ring.gather(Vectors.join(moments)).stream()
                .map(joined -> Vectors.split(joined, moments))
                .toList();
        for (int index = 0; index < ends.size(); index++) {
            Moments combined = new Moments(moments.get(2 * index).length);
            for (int worker = 0; worker < all.size(); worker++) {
                List<float[]> theirs = all.get(worker);
                combined.add(share.size(batch, worker), theirs.get(2 * index), theirs.get(2 * index + 1));
            }
            Cut cut = ends.get(index).cut();
            pass.know(cut.input(), found.get(index));
            pass.keep(cut.batchMean(), TFloat32.vectorOf(combined.mean()));
            pass.keep(cut.batchVariance(), TFloat32.vectorOf(combined.variance()));
        }
    }

    /** Runs a part for its gradients, and sums up what flows back through the moments that it begins with. */
    private void backward(Pass pass, StepInputs.Fed own, Part part) {
        List<Operand<?>> fetched = new ArrayList<>();
        part.begins().forEach(crossing -> fetched.addAll(crossing.gradients()));
        int weightsAt = fetched.size();
        fetched.addAll(part.weights().values());
        int rowsAt = fetched.size();
        if (part.begins().isEmpty()) {
            rows.forEach(gradient -> fetched.addAll(List.of(gradient.ids(), gradient.gradient())));
        }
        int lossAt = fetched.size();
        if (part.ends().isEmpty()) {
            fetched.add(loss);
        }
        List<Tensor> found = pass.run(own, fetched, List.of());
        int next = weightsAt;
        for (String name : part.weights().keySet()) {
            pass.gradients.put(name, floats(found.get(next++)));
        }
        pass.rows.addAll(found.subList(rowsAt, lossAt));
        if (part.ends().isEmpty()) {
            pass.loss = ((TFloat32) found.get(lossAt)).getFloat();
        }
        feedBack(pass, part.begins(), found.subList(0, weightsAt));
    }

    private void feedBack(Pass pass, List<Crossing> begins, List<Tensor> gradients) {
        List<float[]> own = new ArrayList<>();
        for (int index = 0; index < begins.size(); index++) {
            pass.know(begins.get(index).heldGradient(), gradients.get(3 * index));
            own.add(floats(gradients.get(3 * index + 1)));
            own.add(floats(gradients.get(3 * index + 2)));
        }
        float[] joined = Vectors.join(own);
        ring.sum(joined);
        List<float[]> sums = Vectors.split(joined, own);
        for (int index = 0; index < begins.size(); index++) {
            pass.keep(begins.get(index).gammaSum(), TFloat32.vectorOf(sums.get(2 * index)));
            pass.keep(begins.get(index).betaSum(), TFloat32.vectorOf(sums.get(2 * index + 1)));
        }
    }

    /** Sums up the weights' gradients, feeds the sums, and returns the sum of the losses. */
    private float feedSums(Pass pass) {
        List<float[]> own = new ArrayList<>();
        denseSums.keySet().forEach(name -> own.add(pass.gradients.get(name)));
        own.add(new float[] {pass.loss});
        float[] sums = Vectors.join(own);
        ring.sum(sums);
        FloatDataBuffer buffer = DataBuffers.of(sums, true, false);
        long start = 0;
        for (Map.Entry<String, Operand<TFloat32>> entry : denseSums.entrySet()) {
            Shape shape = context.variables.shape(entry.getKey());
            pass.keep(entry.getValue(), TFloat32.tensorOf(shape, buffer.slice(start, shape.size())));
            start += shape.size();
        }
        return sums[sums.length - 1];
    }

    /** Feeds the gradients of the rows of tables that any worker read. */
    private void feedRows(Pass pass) {
        for (int index = 0; index < allRows.size(); index++) {
            Tensor gradient = pass.rows.get(2 * index + 1);
            long[] ids = ring.gather(longs(pass.rows.get(2 * index))).stream()
                    .flatMapToLong(LongStream::of)
                    .toArray();
            Shape shape = Shape.of(ids.length, gradient.shape().get(1));
            float[] values = Vectors.join(ring.gather(floats(gradient)));
            pass.keep(allRows.get(index).ids(), TInt64.vectorOf(ids));
            pass.keep(allRows.get(index).gradient(), TFloat32.tensorOf(shape, DataBuffers.of(values, true, false)));
        }
    }

    private static List<float[]> floats(List<Tensor> tensors) {
        return tensors.stream().map(SharedStep::floats).toList();
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    private static long[] longs(Tensor tensor) {
        long[] values = new long[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asLongs().read(values);
        return values;
    }

    /** One step's way through the parts and back: what is known so far is fed to each run. */
    private static final class Pass implements AutoCloseable {
        /** This worker's, by name. */
        final Map<String, float[]> gradients = new HashMap<>();
        /** This worker's: ids and gradient of each of the rows read. */
        final List<Tensor> rows = new ArrayList<>();
        /** This worker's. */
        float loss;

        private final Map<Operand<?>, Tensor> known = new LinkedHashMap<>();
        private final List<Result> results = new ArrayList<>();
        private final List<Tensor> kept = new ArrayList<>();

        List<Tensor> run(StepInputs.Fed fed, List<? extends Operand<?>> fetched, List<? extends Op> targets) {
            if (fetched.isEmpty() && targets.isEmpty()) {
                return List.of();
            }
            Session.Runner runner = fed.runner();
            known.forEach(runner::feed);
            // A result takes each once; a scale's gradient may be wanted twice.
            List<Output<?>> distinct = new ArrayList<>();
            fetched.stream()
                    .map(operand -> (Output<?>) operand.asOutput())
                    .distinct()
                    .forEach(distinct::add);
            distinct.forEach(runner::fetch);
            targets.forEach(runner::addTarget);
            Result result = runner.run();
            results.add(result);
            List<Tensor> tensors = new ArrayList<>();
            fetched.forEach(operand -> tensors.add(result.get(distinct.indexOf(operand.asOutput()))));
            return tensors;
        }

        /** A tensor that a run gave. */
        void know(Operand<?> operand, Tensor tensor) {
            known.put(operand, tensor);
        }

        /** A tensor of this pass's own. */
        void keep(Operand<?> operand, Tensor tensor) {
            kept.add(tensor);
            known.put(operand, tensor);
        }

        @Override
        public void close() {
            results.forEach(Result::close);
            kept.forEach(Tensor::close);
        }
    }
}
