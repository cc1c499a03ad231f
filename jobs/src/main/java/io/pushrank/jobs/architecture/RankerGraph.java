package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A graph with a ranker's inputs, and its session once it is opened. */
public final class RankerGraph implements AutoCloseable {
    private final Ranker ranker;
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final ModelInputs inputs;
    private Session session;

    public RankerGraph(Ranker ranker) {
        this.ranker = ranker;
        try {
            inputs = new ModelInputs(tf, ranker.kind(), ranker.shape());
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
    }

    public Ops tf() {
        return tf;
    }

    public ModelInputs inputs() {
        return inputs;
    }

    /** Opens the session; the graph is whole then. */
    public Session open(TensorFlowThreads threads) {
        session = new Session(graph, threads.configuration());
        return session;
    }

    public FeatureTensors tensors(ExampleBatch batch) {
        return FeatureTensors.of(batch.features, batch.size(), ranker.hashBits(), ranker.kind());
    }

    public Session.Runner feed(FeatureTensors features) {
        Session.Runner runner = session.runner();
        for (Map.Entry<String, Tensor> feature : features.byName().entrySet()) {
            runner.feed(inputs.byName().get(feature.getKey()), feature.getValue());
        }
        return runner;
    }

    /** Outputs of one batch by name. */
    public Map<String, float[]> predict(Map<String, Operand<TFloat32>> outputs, ExampleBatch batch) {
        try (FeatureTensors features = tensors(batch)) {
            Session.Runner runner = feed(features);
            outputs.values().forEach(runner::fetch);
            Map<String, float[]> values = new LinkedHashMap<>();
            try (Result result = runner.run()) {
                int index = 0;
                for (String name : outputs.keySet()) {
                    values.put(name, Weight.copyOf(result.get(index++)).floats());
                }
            }
            return values;
        }
    }

    /** Closes the session first: a graph waits for its sessions, for ever. */
    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
        graph.close();
    }
}
