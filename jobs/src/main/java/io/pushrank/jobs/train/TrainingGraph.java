package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.GraphVariables;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.RankerGraph;
import io.pushrank.jobs.architecture.RenormMemory;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.model.VariableNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.types.TFloat32;

/** A ranker with its training and its evaluation path in one graph and session. */
final class TrainingGraph implements AutoCloseable {
    private final RankerGraph graph;
    private final Session session;
    private final GraphVariables variables;
    private final StepInputs inputs;
    private final Operand<TFloat32> loss;
    /** Null where several workers train. */
    private final NoOp update;
    /** Null where one process trains, as the two after it. */
    private final SharedStep shared;

    private final Ring ring;
    private final Share share;
    private final Map<String, Operand<TFloat32>> outputs;
    private final List<GraphContext.Normalization> normalizations;
    private final List<String> renormalizations;

    TrainingGraph(Ranker ranker, TensorFlowThreads threads) {
        this(ranker, threads, null);
    }

    /** @param ring the workers that train together, of a heavy ranker; null for this process alone */
    TrainingGraph(Ranker ranker, TensorFlowThreads threads, Ring ring) {
        this.ring = ring;
        graph = new RankerGraph(ranker);
        try {
            Ops tf = graph.tf();
            variables = new GraphVariables(tf, ranker.training().seed());
            inputs = new StepInputs(ranker, graph, Ranker.Labels.create(tf), GraphContext.Schedule.create(tf));
            GraphContext training = new GraphContext(
                    tf.withSubScope("training"),
                    variables,
                    ring == null ? GraphContext.Path.TRAINING : GraphContext.Path.SHARE,
                    inputs.schedule());
            loss = ranker.loss(training, graph.inputs(), inputs.labels());
            renormalizations = training.renormalizations;
            update = ring == null ? Optimizer.step(training, loss, ranker.training()) : null;
            share = ring == null
                    ? null
                    : new Share(ring, ranker.shape(), ranker.training().batchRows());
            shared = ring == null ? null : new SharedStep(inputs, training, loss, ring, share);
            GraphContext evaluation =
                    new GraphContext(tf.withSubScope("evaluation"), variables, GraphContext.Path.EVALUATION, null);
            outputs = ranker.outputs(evaluation, graph.inputs());
            normalizations = evaluation.normalizations;
            session = graph.open(threads);
            variables.initialize(session);
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
    }

    /** Learns from one batch and returns its loss before the step. */
    float step(ExampleBatch batch, long step) {
        if (shared != null) {
            return shared.step(batch, step);
        }
        try (StepInputs.Fed fed = inputs.of(batch, step);
                Result result = fed.runner().addTarget(update).fetch(loss).run()) {
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    /** Outputs of one batch with moving statistics, by name: of several workers, each calculates those of its share. */
    Map<String, float[]> predict(ExampleBatch batch) {
        if (ring == null) {
            return graph.predict(outputs, batch);
        }
        ExampleBatch own = share.of(batch);
        return share.gather(own.size() == 0 ? nothing() : graph.predict(outputs, own));
    }

    /** Of the last batch of an evaluation, which may have fewer rows than there are workers. */
    private Map<String, float[]> nothing() {
        Map<String, float[]> nothing = new LinkedHashMap<>();
        outputs.keySet().forEach(name -> nothing.put(name, new float[0]));
        return nothing;
    }

    /**
     * Replaces moving statistics by those of a sample under the final weights, depth by depth, since a normalization's
     * input depends on the statistics of those before it.
     */
    void recomputeStatistics(List<ExampleBatch> sample) {
        int deepest = normalizations.stream()
                .mapToInt(GraphContext.Normalization::depth)
                .max()
                .orElse(-1);
        for (int depth = 0; depth <= deepest; depth++) {
            int current = depth;
            List<GraphContext.Normalization> layers = normalizations.stream()
                    .filter(layer -> layer.depth() == current)
                    .toList();
            if (!layers.isEmpty()) {
                recompute(layers, sample);
            }
        }
    }

    private void recompute(List<GraphContext.Normalization> layers, List<ExampleBatch> sample) {
        List<Moments> moments = new ArrayList<>();
        layers.forEach(layer -> moments.add(new Moments(
                (int) variables.shape(VariableNames.movingMean(layer.name())).size())));
        for (ExampleBatch batch : sample) {
            try (FeatureTensors features = graph.tensors(batch)) {
                Session.Runner runner = graph.feed(features);
                layers.forEach(layer -> runner.fetch(layer.mean()).fetch(layer.variance()));
                try (Result result = runner.run()) {
                    for (int index = 0; index < layers.size(); index++) {
                        moments.get(index)
                                .add(
                                        batch.size(),
                                        Weight.copyOf(result.get(2 * index)).floats(),
                                        Weight.copyOf(result.get(2 * index + 1)).floats());
                    }
                }
            }
        }
        Map<String, Weight> measured = new LinkedHashMap<>();
        for (int index = 0; index < layers.size(); index++) {
            String name = layers.get(index).name();
            Shape shape = variables.shape(VariableNames.movingMean(name));
            measured.put(
                    VariableNames.movingMean(name),
                    Weight.of(shape, moments.get(index).mean()));
            measured.put(
                    VariableNames.movingVariance(name),
                    Weight.of(shape, moments.get(index).variance()));
        }
        variables.restore(session, measured);
    }

    /** What a model consists of. */
    Map<String, Weight> snapshot() {
        return variables.snapshot(session);
    }

    /** What the next step depends on: the optimizer's memory too. */
    Map<String, Weight> snapshotAll() {
        return variables.snapshotAll(session);
    }

    /** Sets the named variables; a renormalization's memory that is not among them begins as its moving statistics. */
    void restore(Map<String, Weight> weights) {
        variables.restore(session, RenormMemory.begun(weights, renormalizations));
    }

    @Override
    public void close() {
        graph.close();
    }
}
