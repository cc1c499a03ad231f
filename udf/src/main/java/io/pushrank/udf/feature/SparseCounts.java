package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;

/**
 * Which of the heavy ranker's ids are of which feature, since an id does not tell: how many each feature has in a row, first of
 * {@link FeatureList#sparse}, then of the sparse continuous ones. Their ids stand in the same order.
 */
final class SparseCounts {
    private SparseCounts() {}

    /** An array of INT. */
    static Column of(FeatureList features, List<FeatureBlock> blocks, List<Column> columns) {
        List<Column> counts = new ArrayList<>();
        for (Feature feature : features.sparse()) {
            counts.add(
                    feature.type() == FeatureType.SPARSE_BINARY
                            ? known(filter(value(feature, FeatureBlock.ID_LISTS, blocks, columns), Column::isNotNull))
                            : when(
                                            value(feature, FeatureBlock.IDS, blocks, columns)
                                                    .isNull(),
                                            0)
                                    .otherwise(1));
        }
        for (Feature feature : features.of(FeatureType.SPARSE_CONTINUOUS)) {
            counts.add(known(value(feature, FeatureBlock.WEIGHTED_IDS, blocks, columns)));
        }
        return array(counts.toArray(Column[]::new)).cast("array<int>");
    }

    /** Length of a list, 0 where it is missing. */
    private static Column known(Column list) {
        return coalesce(when(list.isNotNull(), size(list)), lit(0));
    }

    private static Column value(Feature feature, int field, List<FeatureBlock> blocks, List<Column> columns) {
        for (int block = 0; block < blocks.size(); block++) {
            int place = blocks.get(block).placeOf(feature, field);
            if (place >= 0) {
                return columns.get(block)
                        .getField(FeatureBlock.FIELDS.get(field))
                        .getItem(place);
            }
        }
        throw new IllegalArgumentException("feature " + feature.name() + " is in no block");
    }
}
