package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModel;
import java.util.List;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Those of a row's feature arrays that the light ranker reads. */
final class LightArrays {
    /** Their places in the struct, {@link FeatureArrays#TYPE}. */
    static final List<Integer> FIELDS = List.of(0, 1, 3, 4);

    private final float[] continuous;
    private final boolean[] continuousMissing;
    private final long[] sparseIds;
    private final float[] sparseValues;

    private LightArrays(
            ArrayData continuous, ArrayData continuousMissing, ArrayData sparseIds, ArrayData sparseValues) {
        this.continuous = present("continuous", continuous).toFloatArray();
        this.continuousMissing =
                present("continuous_missing", continuousMissing).toBooleanArray();
        this.sparseIds = present("sparse_ids", sparseIds).toLongArray();
        this.sparseValues = present("sparse_values", sparseValues).toFloatArray();
    }

    /**
     * The arrays as Spark keeps them inside, null for NULL; null where all are NULL: then the row has no features.
     *
     * @throws IllegalArgumentException when some are NULL and others are not
     */
    static LightArrays of(
            ArrayData continuous, ArrayData continuousMissing, ArrayData sparseIds, ArrayData sparseValues) {
        if (continuous == null && continuousMissing == null && sparseIds == null && sparseValues == null) {
            return null;
        }
        return new LightArrays(continuous, continuousMissing, sparseIds, sparseValues);
    }

    void addTo(LightBlock block) {
        block.add(continuous, continuousMissing, sparseIds, sparseValues);
    }

    float score(LightModel model) {
        return model.score(continuous, continuousMissing, sparseIds, sparseValues);
    }

    private static ArrayData present(String field, ArrayData array) {
        if (array == null) {
            throw new IllegalArgumentException(
                    "features." + field + " is NULL where other feature arrays of the row are"
                            + " not: a row has all of them or no features");
        }
        return array;
    }
}
