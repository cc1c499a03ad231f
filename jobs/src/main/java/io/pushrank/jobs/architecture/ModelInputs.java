package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelSignature;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** Placeholders for a ranker's features, named as the SavedModel's inputs are. */
final class ModelInputs {
    final Operand<TFloat32> continuous;
    final Operand<TBool> continuousMissing;
    /** Null for the light ranker. */
    final Operand<TFloat32> binary;

    final EmbeddingSum sparse;
    /** Null for the light ranker. */
    final EmbeddingSum sparseContinuous;

    private final Ops tf;
    private final Map<String, Operand<?>> byName = new LinkedHashMap<>();

    ModelInputs(Ops tf, ModelKind kind, FeatureShape shape) {
        this.tf = tf;
        continuous = add(ModelSignature.CONTINUOUS, TFloat32.class, Shape.of(-1, shape.continuous()));
        continuousMissing = add(ModelSignature.CONTINUOUS_MISSING, TBool.class, Shape.of(-1, shape.continuous()));
        Operand<TInt32> examples = tf.stridedSlice(tf.shape(continuous), Indices.at(0));
        sparse = addSparse(ModelSignature.SPARSE, examples);
        boolean heavy = kind == ModelKind.HEAVY;
        binary = heavy ? add(ModelSignature.BINARY, TFloat32.class, Shape.of(-1, shape.binary())) : null;
        sparseContinuous = heavy ? addSparse(ModelSignature.SPARSE_CONTINUOUS, examples) : null;
    }

    /** Placeholders by input name. */
    Map<String, Operand<?>> byName() {
        return byName;
    }

    private <T extends TType> Placeholder<T> add(String name, Class<T> type, Shape shape) {
        Placeholder<T> placeholder = tf.withName(name).placeholder(type, Placeholder.shape(shape));
        byName.put(name, placeholder);
        return placeholder;
    }

    private EmbeddingSum addSparse(String name, Operand<TInt32> examples) {
        Operand<TInt64> ids = add(name + "_ids", TInt64.class, Shape.of(-1));
        Operand<TFloat32> values = add(name + "_values", TFloat32.class, Shape.of(-1));
        Operand<TInt64> rows = add(name + "_rows", TInt64.class, Shape.of(-1));
        return new EmbeddingSum(ids, values, rows, examples);
    }
}
