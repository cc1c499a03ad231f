package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.types.TFloat32;

/**
 * A ranker's serving path with given weights: no gradients, no labels, no optimizer. It guards itself: inputs that are not
 * finite are missing, see {@link ModelInputs#guarded}.
 */
public final class ServingGraph implements AutoCloseable {
    /** Every variable is given its weight, so that none keeps what a seed would make of it. */
    private static final long NO_SEED = 0;

    private final RankerGraph graph;
    private final Map<String, Operand<TFloat32>> outputs;
    private final Session session;

    /** @throws IllegalArgumentException when a weight is of no variable, or of another shape */
    public ServingGraph(Ranker ranker, Map<String, Weight> weights, TensorFlowThreads threads) {
        graph = new RankerGraph(ranker);
        try {
            GraphVariables variables = new GraphVariables(graph.tf(), NO_SEED);
            outputs = ranker.outputs(
                    new GraphContext(graph.tf(), variables, GraphContext.Path.SERVING, null),
                    graph.inputs().guarded());
            session = graph.open(threads);
            variables.restore(session, weights);
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
    }

    /** Outputs of one batch by name. */
    public Map<String, float[]> predict(ExampleBatch batch) {
        return graph.predict(outputs, batch);
    }

    /** Writes saved_model.pb and variables/. */
    void export(Path directory) throws IOException {
        Signature.Builder signature = Signature.builder(Signature.DEFAULT_KEY);
        graph.inputs().byName().forEach(signature::input);
        outputs.forEach(signature::output);
        SavedModelBundle.exporter(directory.toString())
                .withTags(SavedModelBundle.DEFAULT_TAG)
                .withFunction(SessionFunction.create(signature.build(), session))
                .export();
    }

    @Override
    public void close() {
        graph.close();
    }
}
