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

/** A ranker's features: placeholders named as the SavedModel's inputs are, or what {@link #guarded} makes of them. */
final class ModelInputs {
    final Operand<TFloat32> continuous;
    final Operand<TBool> continuousMissing;
    /** Null for the light ranker. */
    final Operand<TFloat32> binary;

    final EmbeddingSum sparse;
    /** Null for the light ranker. */
    final EmbeddingSum sparseContinuous;

    private final Ops tf;
    private final Map<String, Operand<?>> byName;

    ModelInputs(Ops tf, ModelKind kind, FeatureShape shape) {
        this.tf = tf;
        byName = new LinkedHashMap<>();
        continuous = add(ModelSignature.CONTINUOUS, TFloat32.class, Shape.of(-1, shape.continuous()));
        continuousMissing = add(ModelSignature.CONTINUOUS_MISSING, TBool.class, Shape.of(-1, shape.continuous()));
        Operand<TInt32> examples = tf.stridedSlice(tf.shape(continuous), Indices.at(0));
        sparse = addSparse(ModelSignature.SPARSE, examples);
        boolean heavy = kind == ModelKind.HEAVY;
        binary = heavy ? add(ModelSignature.BINARY, TFloat32.class, Shape.of(-1, shape.binary())) : null;
        sparseContinuous = heavy ? addSparse(ModelSignature.SPARSE_CONTINUOUS, examples) : null;
    }

    private ModelInputs(
            ModelInputs fed,
            Operand<TFloat32> continuous,
            Operand<TBool> continuousMissing,
            Operand<TFloat32> binary,
            EmbeddingSum sparse,
            EmbeddingSum sparseContinuous) {
        this.tf = fed.tf;
        this.byName = fed.byName;
        this.continuous = continuous;
        this.continuousMissing = continuousMissing;
        this.binary = binary;
        this.sparse = sparse;
        this.sparseContinuous = sparseContinuous;
    }

    /**
     * The same inputs for graphs that anybody may feed: what is NaN or infinite is missing, as it is where the pipeline makes
     * features. A continuous value is 0 then and its mask set, a binary one 0, a sparse entry left out. Finite values pass
     * as they are.
     */
    ModelInputs guarded() {
        Operand<TBool> isFinite = tf.math.isFinite(continuous);
        return new ModelInputs(
                this,
                zeroUnless(isFinite, continuous),
                tf.math.logicalOr(continuousMissing, tf.math.logicalNot(isFinite)),
                binary == null ? null : zeroUnless(tf.math.isFinite(binary), binary),
                guarded(sparse),
                sparseContinuous == null ? null : guarded(sparseContinuous));
    }

    private EmbeddingSum guarded(EmbeddingSum entries) {
        Operand<TBool> isFinite = tf.math.isFinite(entries.values());
        // A sum over segments leaves out what is of a segment below 0.
        Operand<TInt64> nowhere = tf.math.sub(tf.zerosLike(entries.rows()), tf.constant(1L));
        return new EmbeddingSum(
                entries.ids(),
                zeroUnless(isFinite, entries.values()),
                tf.select(isFinite, entries.rows(), nowhere),
                entries.examples());
    }

    private Operand<TFloat32> zeroUnless(Operand<TBool> holds, Operand<TFloat32> values) {
        return tf.select(holds, values, tf.zerosLike(values));
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
