package io.pushrank.udf.scoring;

import io.pushrank.udf.feature.FeatureVector;
import io.pushrank.udf.model.FeatureBatch;
import org.apache.spark.sql.catalyst.InternalRow;

/** The struct of feature arrays as Spark keeps it inside, made by {@link FeatureVector}. */
public final class FeatureArrays {
    /** Fields of the struct. */
    public static final int FIELDS = 7;

    /** Spark's name of the struct's type. */
    public static final String TYPE = FeatureVector.TYPE;

    private FeatureArrays() {}

    static void addTo(FeatureBatch batch, InternalRow features) {
        batch.add(
                continuous(features),
                continuousMissing(features),
                binary(features),
                sparseIds(features),
                sparseValues(features),
                sparseContinuousIds(features),
                sparseContinuousValues(features));
    }

    public static float[] continuous(InternalRow features) {
        return features.getArray(0).toFloatArray();
    }

    public static boolean[] continuousMissing(InternalRow features) {
        return features.getArray(1).toBooleanArray();
    }

    public static float[] binary(InternalRow features) {
        return features.getArray(2).toFloatArray();
    }

    public static long[] sparseIds(InternalRow features) {
        return features.getArray(3).toLongArray();
    }

    public static float[] sparseValues(InternalRow features) {
        return features.getArray(4).toFloatArray();
    }

    public static long[] sparseContinuousIds(InternalRow features) {
        return features.getArray(5).toLongArray();
    }

    public static float[] sparseContinuousValues(InternalRow features) {
        return features.getArray(6).toFloatArray();
    }
}
