package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.GraphVariables;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.RankerGraph;
import io.pushrank.jobs.architecture.RenormMemory;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.model.VariableNames;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.tensorflow.types.TInt64;

/** A ranker with its training and its evaluation path in one graph and session. */
final class TrainingGraph implements AutoCloseable {
    private final Ranker ranker;
    private final RankerGraph graph;
    private final Session session;
    private final GraphVariables variables;
    private final Ranker.Labels labels;
    private final GraphContext.Schedule schedule;
    private final Operand<TFloat32> loss;
    private final NoOp update;
    private final Map<String, Operand<TFloat32>> outputs;
    private final List<GraphContext.Normalization> normalizations;
    private final List<String> renormalizations;

    TrainingGraph(Ranker ranker, TensorFlowThreads threads) {
        this.ranker = ranker;
        graph = new RankerGraph(ranker);
        try {
            Ops tf = graph.tf();
            variables = new GraphVariables(tf, ranker.training().seed());
            labels = Ranker.Labels.create(tf);
            schedule = GraphContext.Schedule.create(tf);
            GraphContext training =
                    new GraphContext(tf.withSubScope("training"), variables, GraphContext.Path.TRAINING, schedule);
            loss = ranker.loss(training, graph.inputs(), labels);
            renormalizations = training.renormalizations;
            update = Optimizer.step(training, loss, ranker.training());
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
        TrainingParams params = ranker.training();
        try (FeatureTensors features = graph.tensors(batch);
                TFloat32 oonc = TFloat32.vectorOf(batch.oonc());
                TFloat32 engagement = TFloat32.vectorOf(batch.engagement());
                TFloat32 heavyScore = TFloat32.vectorOf(batch.heavyScore());
                TFloat32 weight = TFloat32.vectorOf(weights(batch));
                TFloat32 rate = TFloat32.scalarOf(Optimizer.fedLearningRate(params, step));
                TFloat32 momentum = TFloat32.scalarOf((float) params.momentumAt(step));
                TFloat32 momentumLimit = TFloat32.scalarOf((float) params.momentumLimitAt(step));
                TFloat32 renormR = TFloat32.scalarOf(params.renormScaleAt(step));
                TFloat32 renormD = TFloat32.scalarOf(params.renormShiftAt(step));
                TInt64 dropoutSeed = TInt64.vectorOf(params.seed(), step);
                Result result = graph.feed(features)
                        .feed(labels.oonc(), oonc)
                        .feed(labels.engagement(), engagement)
                        .feed(labels.heavyScore(), heavyScore)
                        .feed(labels.weight(), weight)
                        .feed(schedule.learningRate(), rate)
                        .feed(schedule.momentum(), momentum)
                        .feed(schedule.momentumLimit(), momentumLimit)
                        .feed(schedule.renormR(), renormR)
                        .feed(schedule.renormD(), renormD)
                        .feed(schedule.dropoutSeed(), dropoutSeed)
                        .addTarget(update)
                        .fetch(loss)
                        .run()) {
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    private float[] weights(ExampleBatch batch) {
        if (ranker.training().weightsLoss()) {
            return batch.weight();
        }
        float[] alike = new float[batch.size()];
        Arrays.fill(alike, 1);
        return alike;
    }

    /** Outputs of one batch with moving statistics, by name. */
    Map<String, float[]> predict(ExampleBatch batch) {
        return graph.predict(outputs, batch);
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
