package io.pushrank.jobs.architecture;

import com.google.protobuf.CodedOutputStream;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Writes a ranker's serving path with given weights as a SavedModel: no gradients, no labels, no optimizer. */
public final class SavedModelWriter {
    private SavedModelWriter() {}

    public static void write(
            Ranker ranker, Map<String, Weight> weights, String featuresYaml, Path directory, TensorFlowThreads threads)
            throws IOException {
        try (ServingGraph graph = new ServingGraph(ranker, weights, threads)) {
            graph.export(directory);
        }
        normalize(directory.resolve("saved_model.pb"));
        Files.writeString(directory.resolve("features.yaml"), featuresYaml, StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("params.yaml"), ranker.paramsYaml(), StandardCharsets.UTF_8);
    }

    /** Drops the nodes that only set variables, and writes maps in a fixed order: same training, same bytes. */
    private static void normalize(Path file) throws IOException {
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
