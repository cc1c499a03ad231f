package io.pushrank.jobs.train;

import com.google.protobuf.CodedOutputStream;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Writes a network's serving path with given weights as a SavedModel: no gradients, no labels, no optimiser. */
final class SavedModelWriter {
    private SavedModelWriter() {}

    static void write(
            Network network,
            Map<String, Weight> weights,
            String featuresYaml,
            Path directory,
            TensorFlowThreads threads)
            throws IOException {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, network.training().seed());
            ModelInputs inputs = new ModelInputs(tf, network.kind(), network.shape());
            var outputs = network.outputs(new GraphContext(tf, variables, GraphContext.Path.SERVING, null), inputs);
            Signature.Builder signature = Signature.builder(Signature.DEFAULT_KEY);
            inputs.byName().forEach(signature::input);
            outputs.forEach(signature::output);
            try (Session session = new Session(graph, threads.configuration())) {
                variables.restore(session, weights);
                SavedModelBundle.exporter(directory.toString())
                        .withTags(SavedModelBundle.DEFAULT_TAG)
                        .withFunction(SessionFunction.create(signature.build(), session))
                        .export();
            }
        }
        normalise(directory.resolve("saved_model.pb"));
        Files.writeString(directory.resolve("features.yaml"), featuresYaml, StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("params.yaml"), network.paramsYaml(), StandardCharsets.UTF_8);
    }

    /** Drops the nodes that only set variables, and writes maps in a fixed order: same training, same bytes. */
    private static void normalise(Path file) throws IOException {
        SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
        for (MetaGraphDef.Builder graph : model.getMetaGraphsBuilderList()) {
            var nodes = graph.getGraphDef().getNodeList();
            graph.getGraphDefBuilder().clearNode();
            nodes.stream()
                    .filter(node -> !node.getName().startsWith(GraphVariables.ASSIGNMENT_PREFIX))
                    .forEach(graph.getGraphDefBuilder()::addNode);
        }
        try (OutputStream output = Files.newOutputStream(file)) {
            CodedOutputStream coded = CodedOutputStream.newInstance(output);
            coded.useDeterministicSerialization();
            model.build().writeTo(coded);
            coded.flush();
        }
    }
}
