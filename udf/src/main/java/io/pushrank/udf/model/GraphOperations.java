package io.pushrank.udf.model;

import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A SavedModel is a program. A ranker calculates; operations that reach for files, for Python or for other machines have
 * no place in one, so that a graph that has them is refused before anything native loads it.
 */
final class GraphOperations {
    /** What loading a SavedModel's variables takes, ReadFile and its like are not among it. */
    private static final Set<String> REFUSED = Set.of(
            "ReadFile",
            "WriteFile",
            "MatchingFiles",
            "PyFunc",
            "PyFuncStateless",
            "EagerPyFunc",
            "WholeFileReader",
            "WholeFileReaderV2",
            "TextLineReader",
            "TextLineReaderV2",
            "TFRecordReader",
            "TFRecordReaderV2",
            "FixedLengthRecordReader",
            "FixedLengthRecordReaderV2",
            "TextLineDataset",
            "TFRecordDataset",
            "TFRecordDatasetV2",
            "FixedLengthRecordDataset",
            "FixedLengthRecordDatasetV2",
            "PrintV2",
            "Print",
            "RemoteCall",
            "RpcCall",
            "_Send",
            "_Recv",
            "_HostSend",
            "_HostRecv",
            "DebugIdentity",
            "DebugIdentityV2",
            "DebugNumericSummary",
            "WriteGraphSummary",
            "WriteSummary",
            "CreateSummaryFileWriter",
            "CreateSummaryDbWriter");

    private GraphOperations() {}

    /** @throws ModelException naming the first operation, of the graph or of one of its functions, that is refused */
    static void require(String file, GraphDef graph) {
        Stream<NodeDef> functions =
                graph.getLibrary().getFunctionList().stream().flatMap(function -> function.getNodeDefList().stream());
        Stream.concat(graph.getNodeList().stream(), functions)
                .filter(node -> REFUSED.contains(node.getOp()))
                .findFirst()
                .ifPresent(node -> {
                    throw new ModelException(
                            file,
                            "a graph that only calculates",
                            "operation " + node.getOp() + " in node " + node.getName());
                });
    }
}
