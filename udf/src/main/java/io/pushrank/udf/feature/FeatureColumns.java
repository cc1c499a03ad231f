package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;

/**
 * Turns a hydrated row into the arrays that models take: one struct of {@code continuous}, {@code continuous_missing},
 * {@code binary}, {@code sparse_ids}, {@code sparse_values}, {@code sparse_continuous_ids} and
 * {@code sparse_continuous_values}.
 *
 * <p>A value that is NULL, NaN or infinite is missing: 0, with its mask set. Ids are the full 64 bits of Spark's xxhash64
 * of (feature name, value as text); the model keeps the lowest bits that it has room for.
 */
public final class FeatureColumns {
    private static final String ARRAY_OF_FLOAT = "array<float>";
    private static final String ARRAY_OF_LONG = "array<bigint>";

    private FeatureColumns() {}

    /** What the heavy ranker takes. */
    public static Column heavy(FeatureList features) {
        return arrays(features, features.of(FeatureType.BINARY), List.of(), features.of(FeatureType.SPARSE_CONTINUOUS));
    }

    /** What the light ranker takes: binary features are hashed, sparse continuous ones have no place. */
    public static Column light(FeatureList features) {
        return arrays(features, List.of(), features.of(FeatureType.BINARY), List.of());
    }

    private static Column arrays(
            FeatureList features, List<Feature> binary, List<Feature> hashedBinary, List<Feature> sparseContinuous) {
        List<Column> continuous = features.of(FeatureType.CONTINUOUS).stream()
                .map(feature -> finite(expr(feature.expression())))
                .toList();
        List<Column> ids = new ArrayList<>();
        Stream.concat(hashedBinary.stream(), features.of(FeatureType.DISCRETE, FeatureType.STRING).stream())
                .forEach(feature -> ids.add(array(hash(feature, expr(feature.expression())))));
        features.of(FeatureType.SPARSE_BINARY)
                .forEach(feature -> ids.add(transform(expr(feature.expression()), value -> hash(feature, value))));
        Column sparseIds = join(ids, ARRAY_OF_LONG);
        return struct(
                array(continuous.stream().map(value -> coalesce(value, lit(0f))).toArray(Column[]::new))
                        .cast(ARRAY_OF_FLOAT)
                        .as("continuous"),
                array(continuous.stream().map(Column::isNull).toArray(Column[]::new))
                        .cast("array<boolean>")
                        .as("continuous_missing"),
                array(binary.stream()
                                .map(feature -> coalesce(finite(expr(feature.expression())), lit(0f)))
                                .toArray(Column[]::new))
                        .cast(ARRAY_OF_FLOAT)
                        .as("binary"),
                sparseIds.as("sparse_ids"),
                array_repeat(lit(1f), size(sparseIds)).as("sparse_values"),
                join(
                                sparseContinuous.stream()
                                        .map(feature -> transform(
                                                entries(feature), entry -> hash(feature, entry.getField("key"))))
                                        .toList(),
                                ARRAY_OF_LONG)
                        .as("sparse_continuous_ids"),
                join(
                                sparseContinuous.stream()
                                        .map(feature -> transform(
                                                entries(feature),
                                                entry -> coalesce(finite(entry.getField("value")), lit(0f))))
                                        .toList(),
                                ARRAY_OF_FLOAT)
                        .as("sparse_continuous_values"));
    }

    private static Column finite(Column value) {
        Column number = value.cast("float");
        // NaN is above every number in Spark's order, so one bound takes out NaN and both infinities.
        return when(abs(number).leq(Float.MAX_VALUE), number);
    }

    private static Column hash(Feature feature, Column value) {
        return when(value.isNotNull(), xxhash64(lit(feature.name()), value.cast("string")));
    }

    private static Column entries(Feature feature) {
        return map_entries(expr(feature.expression()));
    }

    private static Column join(List<Column> arrays, String type) {
        Column empty = array().cast(type);
        return arrays.isEmpty()
                ? empty
                : array_compact(concat(
                        arrays.stream().map(values -> coalesce(values, empty)).toArray(Column[]::new)));
    }
}
