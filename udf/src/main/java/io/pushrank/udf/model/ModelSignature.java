package io.pushrank.udf.model;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Names, types and shapes of a SavedModel's inputs and outputs, and the check that a model has them. */
public final class ModelSignature {
    /** float[B, continuous]. */
    public static final String CONTINUOUS = "continuous";
    /** bool[B, continuous]. */
    public static final String CONTINUOUS_MISSING = "continuous_missing";
    /** float[B, binary]; heavy only. */
    public static final String BINARY = "binary";
    /** Prefix of int64[n] ids, float[n] values, int64[n] ascending rows. */
    public static final String SPARSE = "sparse";
    /** Prefix of the same three for sparse continuous features; heavy only. */
    public static final String SPARSE_CONTINUOUS = "sparse_continuous";
    /** float[B], heavy only: probability that the notification is opened or clicked. */
    public static final String P_OONC = "p_oonc";
    /** float[B], heavy only: probability that it is opened and the post engaged with. */
    public static final String P_ENGAGEMENT = "p_engagement";
    /** float[B]: what candidates are ordered by. */
    public static final String SCORE = "score";

    static final String TAG = "serve";
    static final String KEY = "serving_default";

    private ModelSignature() {}

    private static Map<String, String> inputs(ModelKind kind, FeatureShape shape) {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put(CONTINUOUS, describe(DataType.DT_FLOAT, -1, shape.continuous()));
        inputs.put(CONTINUOUS_MISSING, describe(DataType.DT_BOOL, -1, shape.continuous()));
        putSparse(inputs, SPARSE);
        if (kind == ModelKind.HEAVY) {
            inputs.put(BINARY, describe(DataType.DT_FLOAT, -1, shape.binary()));
            putSparse(inputs, SPARSE_CONTINUOUS);
        }
        return inputs;
    }

    private static void putSparse(Map<String, String> inputs, String prefix) {
        inputs.put(prefix + "_ids", describe(DataType.DT_INT64, -1));
        inputs.put(prefix + "_values", describe(DataType.DT_FLOAT, -1));
        inputs.put(prefix + "_rows", describe(DataType.DT_INT64, -1));
    }

    private static Map<String, String> outputs(ModelKind kind) {
        Map<String, String> outputs = new LinkedHashMap<>();
        if (kind == ModelKind.HEAVY) {
            outputs.put(P_OONC, describe(DataType.DT_FLOAT, -1));
            outputs.put(P_ENGAGEMENT, describe(DataType.DT_FLOAT, -1));
        }
        outputs.put(SCORE, describe(DataType.DT_FLOAT, -1));
        return outputs;
    }

    /**
     * Checks a saved_model.pb without loading it, so that nothing native runs on a wrong file.
     *
     * @throws ModelException when an input or output is missing, extra, or of another type or shape, or an operation does
     *     more than calculate
     */
    static void require(String file, byte[] savedModel, ModelKind kind, FeatureShape shape) {
        SavedModel model;
        try {
            model = SavedModel.parseFrom(savedModel);
        } catch (InvalidProtocolBufferException failure) {
            throw new ModelException(file, "a TensorFlow SavedModel", "bytes that are not one", failure);
        }
        MetaGraphDef graph = model.getMetaGraphsList().stream()
                .filter(candidate -> candidate.getMetaInfoDef().getTagsList().contains(TAG))
                .findFirst()
                .orElseThrow(() -> new ModelException(file, "a graph tagged " + TAG, "none"));
        GraphOperations.require(file, graph.getGraphDef());
        SignatureDef signature = graph.getSignatureDefMap().get(KEY);
        if (signature == null) {
            throw new ModelException(
                    file,
                    "signature " + KEY,
                    new TreeSet<>(graph.getSignatureDefMap().keySet()).toString());
        }
        require(file, "input", inputs(kind, shape), signature.getInputsMap());
        require(file, "output", outputs(kind), signature.getOutputsMap());
    }

    private static void require(
            String file, String direction, Map<String, String> expected, Map<String, TensorInfo> found) {
        if (!expected.keySet().equals(found.keySet())) {
            throw new ModelException(
                    file,
                    direction + "s " + new TreeSet<>(expected.keySet()),
                    new TreeSet<>(found.keySet()).toString());
        }
        expected.forEach((name, want) -> {
            TensorInfo have = found.get(name);
            String description = describe(
                    have.getDtype(),
                    have.getTensorShape().getDimList().stream()
                            .mapToLong(TensorShapeProto.Dim::getSize)
                            .toArray());
            if (!want.equals(description)) {
                throw new ModelException(file, direction + " " + name + " " + want, description);
            }
        });
    }

    private static String describe(DataType type, long... dimensions) {
        StringBuilder text =
                new StringBuilder(type.name().substring("DT_".length()).toLowerCase(Locale.ROOT)).append('[');
        for (int index = 0; index < dimensions.length; index++) {
            text.append(index == 0 ? "" : ",").append(dimensions[index] < 0 ? "?" : dimensions[index]);
        }
        return text.append(']').toString();
    }
}
