package io.pushrank.udf.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * A heavy ranker's serving path in a graph and session of its own, its weights constants, so that TensorFlow folds what
 * depends on nothing else. Embedding tables stay variables: constants would be copied with every rewrite of the graph.
 *
 * @param feeds operation of each input by its name in the signature; inputs that are not among them are not needed
 * @param fetches operations of {@code p_oonc}, {@code p_engagement} and {@code score}, in this order
 */
record InferenceGraph(Graph graph, Session session, Map<String, String> feeds, List<String> fetches)
        implements AutoCloseable {
    static final List<String> OUTPUTS =
            List.of(ModelSignature.P_OONC, ModelSignature.P_ENGAGEMENT, ModelSignature.SCORE);

    private static final String CLEMNET = "clemnet";
    /** Variables of more elements than this stay variables: 32 MiB of floats. */
    private static final long MAXIMUM_CONSTANT = 8 << 20;

    /** Whether {@link #folded} knows the model's architecture; if not, {@link #frozen} calculates it. */
    static boolean canFold(ModelPackage model) {
        JsonNode params = model.params();
        return params.path("model").asText().equals(CLEMNET)
                && FoldedClemNet.canFold(params.path(CLEMNET).path("blocks"));
    }

    /**
     * ClemNet rebuilt from its weights, see {@link FoldedClemNet}.
     *
     * @param type of activations and weights behind the input
     * @throws ModelException when a weight is missing or has another shape than params.yaml says
     */
    static InferenceGraph folded(
            ModelPackage model, SavedModelBundle bundle, TensorFlowThreads threads, Class<? extends TNumber> type) {
        ModelVariables variables = new ModelVariables(model.directory(), bundle.session());
        Map<String, float[]> tables = new LinkedHashMap<>();
        Map<String, String> feeds;
        Graph graph = new Graph();
        try {
            Ops tf = Ops.create(graph);
            Folding folding = new Folding(tf, model, variables, tables);
            folding.build(type);
            feeds = folding.feeds;
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
        return started(
                graph,
                threads,
                feeds,
                OUTPUTS,
                session -> tables.forEach((name, values) -> {
                    try (TFloat32 value =
                            TFloat32.tensorOf(Shape.of(values.length), DataBuffers.of(values, true, false))) {
                        assign(session, name, value);
                    }
                }));
    }

    /**
     * Opens a graph's session and gives its variables their values. Where that fails, both are closed.
     *
     * @param initialize sets what stays a variable
     */
    static InferenceGraph started(
            Graph graph,
            TensorFlowThreads threads,
            Map<String, String> feeds,
            List<String> fetches,
            Consumer<Session> initialize) {
        Session session = null;
        try {
            session = new Session(graph, threads.configuration());
            initialize.accept(session);
            return new InferenceGraph(graph, session, feeds, fetches);
        } catch (RuntimeException | Error failure) {
            // In this order: a graph waits for the end of its sessions, for ever if need be.
            if (session != null) {
                session.close();
            }
            graph.close();
            throw failure;
        }
    }

    private static void assign(Session session, String variable, Tensor value) {
        session.runner()
                .feed(variable + ".value", value)
                .addTarget(variable + ".set")
                .run()
                .close();
    }

    /** Builds the operations from the inputs to the outputs. */
    private static final class Folding {
        private final Ops tf;
        private final ModelPackage model;
        private final ModelVariables variables;
        private final Map<String, float[]> tables;
        private final Map<String, String> feeds = new LinkedHashMap<>();

        Folding(Ops tf, ModelPackage model, ModelVariables variables, Map<String, float[]> tables) {
            this.tf = tf;
            this.model = model;
            this.variables = variables;
            this.tables = tables;
        }

        <T extends TNumber> void build(Class<T> type) {
            JsonNode params = model.params();
            int width = model.shape().continuous();
            Operand<TFloat32> continuous = input(ModelSignature.CONTINUOUS, TFloat32.class, Shape.of(-1, width));
            Operand<TFloat32> binary = input(
                    ModelSignature.BINARY,
                    TFloat32.class,
                    Shape.of(-1, model.shape().binary()));
            var rows = tf.stridedSlice(tf.shape(continuous), Indices.at(0));
            List<Operand<TFloat32>> parts = new ArrayList<>(List.of(normalized(continuous, width), binary));
            int total = width + model.shape().binary();
            if (params.path("sparse_branch").asBoolean(true)) {
                parts.add(embeddingSum(ModelSignature.SPARSE, false, rows));
                parts.add(embeddingSum(ModelSignature.SPARSE_CONTINUOUS, true, rows));
                total += 2 * params.path("embedding_dimensions").asInt();
            }

            FoldedClemNet<T> towers = new FoldedClemNet<>(
                    tf, variables, FoldedClemNet.Block.of(params.path(CLEMNET).path("blocks")), type);
            float[] tail = towers.inputTail(total);
            parts.add(tf.tile(tf.constant(new float[][] {tail}), tf.stack(List.of(rows, tf.constant(1)))));
            List<Operand<TFloat32>> logits =
                    towers.logits(tf.concat(parts, tf.constant(1)), total, VariableNames.TASKS);

            Operand<TFloat32> oonc = tf.withName(ModelSignature.P_OONC).math.sigmoid(logits.get(0));
            Operand<TFloat32> engagement =
                    tf.withName(ModelSignature.P_ENGAGEMENT).math.mul(oonc, tf.math.sigmoid(logits.get(1)));
            double ooncWeight = params.path("oonc_weight").asDouble();
            double engagementWeight = params.path("engagement_weight").asDouble();
            double sum = ooncWeight + engagementWeight;
            tf.withName(ModelSignature.SCORE)
                    .math
                    .add(
                            tf.math.mul(oonc, tf.constant((float) (ooncWeight / sum))),
                            tf.math.mul(engagement, tf.constant((float) (engagementWeight / sum))));
        }

        /** sign(x)·log(1+|x|), normalized, clipped to [-5, 5]; what is missing is 0 in a {@link FeatureBatch} already. */
        private Operand<TFloat32> normalized(Operand<TFloat32> continuous, int width) {
            float[][] norm = FoldedClemNet.inputNorm(variables, width);
            Operand<TFloat32> logged = tf.math.mul(tf.math.sign(continuous), tf.math.log1p(tf.math.abs(continuous)));
            Operand<TFloat32> affine = tf.math.add(tf.math.mul(logged, tf.constant(norm[0])), tf.constant(norm[1]));
            return tf.math.minimum(tf.math.maximum(affine, tf.constant(-5f)), tf.constant(5f));
        }

        private Operand<TFloat32> embeddingSum(String name, boolean maxNormalized, Operand<TInt32> examples) {
            Operand<TInt64> ids = input(name + "_ids", TInt64.class, Shape.of(-1));
            Operand<TFloat32> values = input(name + "_values", TFloat32.class, Shape.of(-1));
            Operand<TInt64> rows = input(name + "_rows", TInt64.class, Shape.of(-1));
            long buckets = 1L << model.hashBits();
            Operand<TFloat32> weights = values;
            if (maxNormalized) {
                Operand<TFloat32> largest = tf.gather(table(VariableNames.maximum(name), buckets), ids, tf.constant(0));
                Operand<TFloat32> bias = tf.reshape(
                        tf.gather(table(VariableNames.bucketBias(name), buckets, 1), ids, tf.constant(0)),
                        tf.constant(new int[] {-1}));
                weights = tf.math.add(
                        tf.math.minimum(
                                tf.math.maximum(tf.math.div(values, largest), tf.constant(-1f)), tf.constant(1f)),
                        bias);
            }
            float[] bias = variables.floats(VariableNames.bias(name), -1);
            Operand<TFloat32> read =
                    tf.gather(table(VariableNames.table(name), buckets, bias.length), ids, tf.constant(0));
            Operand<TFloat32> scaled = tf.math.mul(read, tf.expandDims(weights, tf.constant(1)));
            return tf.math.add(tf.math.unsortedSegmentSum(scaled, rows, examples), tf.constant(bias));
        }

        private Operand<TFloat32> table(String name, long... dimensions) {
            float[] values = variables.floats(name, dimensions);
            tables.put(name, values);
            Variable<TFloat32> table = tf.withName(name).variable(Shape.of(dimensions), TFloat32.class);
            Operand<TFloat32> value = tf.withName(name + ".value")
                    .placeholder(TFloat32.class, Placeholder.shape(Shape.of(values.length)));
            tf.withName(name + ".set").assign(table, tf.reshape(value, tf.constant(dimensions)));
            return tf.identity(table);
        }

        private <T extends TType> Operand<T> input(String name, Class<T> type, Shape shape) {
            feeds.put(name, name);
            return tf.withName(name).placeholder(type, Placeholder.shape(shape));
        }
    }

    /** The SavedModel's own graph, cut to what its outputs need, its variables made constants. Takes any architecture. */
    static InferenceGraph frozen(SavedModelBundle bundle, TensorFlowThreads threads) {
        SignatureDef signature = bundle.metaGraphDef().getSignatureDefOrThrow(ModelSignature.KEY);
        Map<String, NodeDef> nodes = new HashMap<>();
        bundle.metaGraphDef().getGraphDef().getNodeList().forEach(node -> nodes.put(node.getName(), node));
        List<String> fetches = OUTPUTS.stream()
                .map(output -> signature.getOutputsOrThrow(output).getName())
                .toList();
        Set<String> needed = reachable(nodes, fetches);

        GraphDef.Builder pruned = GraphDef.newBuilder()
                .setVersions(bundle.metaGraphDef().getGraphDef().getVersions());
        List<String> kept = new ArrayList<>();
        for (NodeDef node : bundle.metaGraphDef().getGraphDef().getNodeList()) {
            if (!needed.contains(node.getName())) {
                continue;
            }
            if (!node.getOp().equals("VariableV2")) {
                pruned.addNode(node);
            } else if (elements(node) > MAXIMUM_CONSTANT) {
                pruned.addNode(node);
                addAssignment(pruned, node);
                kept.add(node.getName());
            } else {
                pruned.addNode(constant(node, bundle.session()));
            }
        }
        Map<String, String> feeds = new LinkedHashMap<>();
        signature.getInputsMap().forEach((name, info) -> {
            if (needed.contains(operation(info.getName()))) {
                feeds.put(name, info.getName());
            }
        });
        Graph graph = new Graph();
        try {
            graph.importGraphDef(pruned.build());
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
        return started(graph, threads, feeds, fetches, session -> {
            for (String name : kept) {
                try (Result value = bundle.session().runner().fetch(name).run()) {
                    assign(session, name, value.get(0));
                }
            }
        });
    }

    private static Set<String> reachable(Map<String, NodeDef> nodes, List<String> from) {
        Set<String> found = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        from.forEach(name -> open.add(operation(name)));
        while (!open.isEmpty()) {
            String name = open.pop();
            if (found.add(name)) {
                nodes.get(name).getInputList().forEach(input -> open.add(operation(input)));
            }
        }
        return found;
    }

    /** "^name" is a control input, "name:0" an output. */
    private static String operation(String input) {
        String name = input.startsWith("^") ? input.substring(1) : input;
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    private static long elements(NodeDef variable) {
        return variable.getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(dimension -> dimension.getSize())
                .reduce(1, Math::multiplyExact);
    }

    private static NodeDef constant(NodeDef variable, Session session) {
        try (Result result = session.runner().fetch(variable.getName()).run()) {
            Tensor value = result.get(0);
            byte[] bytes = new byte[Math.toIntExact(value.numBytes())];
            value.asRawTensor().data().read(bytes);
            AttrValue type = variable.getAttrOrThrow("dtype");
            return NodeDef.newBuilder()
                    .setName(variable.getName())
                    .setOp("Const")
                    .putAttr("dtype", type)
                    .putAttr(
                            "value",
                            AttrValue.newBuilder()
                                    .setTensor(TensorProto.newBuilder()
                                            .setDtype(type.getType())
                                            .setTensorShape(variable.getAttrOrThrow("shape")
                                                    .getShape())
                                            .setTensorContent(ByteString.copyFrom(bytes)))
                                    .build())
                    .build();
        }
    }

    private static void addAssignment(GraphDef.Builder graph, NodeDef variable) {
        AttrValue type = variable.getAttrOrThrow("dtype");
        String value = variable.getName() + ".value";
        graph.addNode(NodeDef.newBuilder()
                .setName(value)
                .setOp("Placeholder")
                .putAttr("dtype", type)
                .putAttr("shape", variable.getAttrOrThrow("shape")));
        graph.addNode(NodeDef.newBuilder()
                .setName(variable.getName() + ".set")
                .setOp("Assign")
                .addInput(variable.getName())
                .addInput(value)
                .putAttr("T", type));
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
