package io.pushrank.jobs.train;

import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A network's serving path with given weights: no gradients, no labels, no optimiser. */
final class ServingGraph implements AutoCloseable {
    /** Every variable is given its weight, so that none keeps what a seed would make of it. */
    private static final long NO_SEED = 0;

    private final Network network;
    private final Graph graph = new Graph();
    private final ModelInputs inputs;
    private final Map<String, Operand<TFloat32>> outputs;
    private final Session session;

    ServingGraph(Network network, Map<String, Weight> weights, TensorFlowThreads threads) {
        this.network = network;
        Ops tf = Ops.create(graph);
        GraphVariables variables = new GraphVariables(tf, NO_SEED);
        inputs = new ModelInputs(tf, network.kind(), network.shape());
        outputs = network.outputs(new GraphContext(tf, variables, GraphContext.Path.SERVING, null), inputs);
        session = new Session(graph, threads.configuration());
        variables.restore(session, weights);
    }

    /** Outputs of one batch by name. */
    Map<String, float[]> predict(ExampleBatch batch) {
        try (FeatureTensors features =
                FeatureTensors.of(batch.features, batch.size(), network.hashBits(), network.kind())) {
            Session.Runner runner = session.runner();
            for (Map.Entry<String, Tensor> feature : features.byName().entrySet()) {
                runner.feed(inputs.byName().get(feature.getKey()), feature.getValue());
            }
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

    /** Writes saved_model.pb and variables/. */
    void export(Path directory) throws IOException {
        Signature.Builder signature = Signature.builder(Signature.DEFAULT_KEY);
        inputs.byName().forEach(signature::input);
        outputs.forEach(signature::output);
        SavedModelBundle.exporter(directory.toString())
                .withTags(SavedModelBundle.DEFAULT_TAG)
                .withFunction(SessionFunction.create(signature.build(), session))
                .export();
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
