package io.pushrank.udf.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Heavy rankers with a signature and no graph: enough for everything that is checked before TensorFlow loads one. */
final class Signatures {
    static final FeatureShape SHAPE = new FeatureShape(3, 2);

    private Signatures() {}

    static SignatureDef.Builder heavy() {
        SignatureDef.Builder signature = SignatureDef.newBuilder();
        signature.putInputs("continuous", tensor(DataType.DT_FLOAT, -1, 3));
        signature.putInputs("continuous_missing", tensor(DataType.DT_BOOL, -1, 3));
        signature.putInputs("binary", tensor(DataType.DT_FLOAT, -1, 2));
        for (String prefix : new String[] {"sparse", "sparse_continuous"}) {
            signature.putInputs(prefix + "_ids", tensor(DataType.DT_INT64, -1));
            signature.putInputs(prefix + "_values", tensor(DataType.DT_FLOAT, -1));
            signature.putInputs(prefix + "_rows", tensor(DataType.DT_INT64, -1));
        }
        signature.putOutputs("p_oonc", tensor(DataType.DT_FLOAT, -1));
        signature.putOutputs("p_engagement", tensor(DataType.DT_FLOAT, -1));
        signature.putOutputs("score", tensor(DataType.DT_FLOAT, -1));
        return signature;
    }

    static TensorInfo tensor(DataType type, long... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dimension : dimensions) {
            shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dimension));
        }
        return TensorInfo.newBuilder().setDtype(type).setTensorShape(shape).build();
    }

    /** A folder that {@link ModelPackage#write} takes. */
    static ModelExport export(Path directory, SignatureDef.Builder signature) {
        MetaGraphDef.Builder graph = MetaGraphDef.newBuilder().putSignatureDef("serving_default", signature.build());
        graph.getMetaInfoDefBuilder().addTags("serve");
        try {
            Files.createDirectories(directory.resolve("variables"));
            Files.write(
                    directory.resolve("saved_model.pb"),
                    SavedModel.newBuilder().addMetaGraphs(graph).build().toByteArray());
            Files.writeString(directory.resolve("variables/variables.index"), "index", StandardCharsets.UTF_8);
            Files.writeString(directory.resolve("features.yaml"), "features: []\n", StandardCharsets.UTF_8);
            Files.writeString(directory.resolve("params.yaml"), "hash_bits: 9\n", StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new ModelExport(directory, ModelKind.HEAVY, SHAPE, 17, Map.of("oonc_pr_auc", 0.25));
    }
}
