package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.GraphContext;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.RankerGraph;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.udf.model.FeatureTensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** What the training path of a graph takes at each step, besides what a share of a batch needs of the whole. */
record StepInputs(Ranker ranker, RankerGraph graph, Ranker.Labels labels, GraphContext.Schedule schedule) {
    /** A batch, or some of its rows, and the schedule of a step; the caller closes it. */
    Fed of(ExampleBatch batch, long step) {
        TrainingParams params = ranker.training();
        Map<Operand<?>, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(labels.oonc(), TFloat32.vectorOf(batch.oonc()));
        tensors.put(labels.engagement(), TFloat32.vectorOf(batch.engagement()));
        tensors.put(labels.heavyScore(), TFloat32.vectorOf(batch.heavyScore()));
        tensors.put(labels.weight(), TFloat32.vectorOf(weights(batch)));
        tensors.put(schedule.learningRate(), TFloat32.scalarOf(Optimizer.fedLearningRate(params, step)));
        tensors.put(schedule.momentum(), TFloat32.scalarOf((float) params.momentumAt(step)));
        tensors.put(schedule.momentumLimit(), TFloat32.scalarOf((float) params.momentumLimitAt(step)));
        tensors.put(schedule.renormR(), TFloat32.scalarOf(params.renormScaleAt(step)));
        tensors.put(schedule.renormD(), TFloat32.scalarOf(params.renormShiftAt(step)));
        tensors.put(schedule.dropoutSeed(), TInt64.vectorOf(params.seed(), step));
        return new Fed(graph, graph.tensors(batch), tensors);
    }

    private float[] weights(ExampleBatch batch) {
        if (ranker.training().weightsLoss()) {
            return batch.weight();
        }
        float[] alike = new float[batch.size()];
        Arrays.fill(alike, 1);
        return alike;
    }

    /** Tensors, and what they are fed to. */
    record Fed(RankerGraph graph, FeatureTensors features, Map<Operand<?>, Tensor> others) implements AutoCloseable {
        Session.Runner runner() {
            Session.Runner runner = graph.feed(features);
            others.forEach(runner::feed);
            return runner;
        }

        @Override
        public void close() {
            features.close();
            others.values().forEach(Tensor::close);
        }
    }
}
