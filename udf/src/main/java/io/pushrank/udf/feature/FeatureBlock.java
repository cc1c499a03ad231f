package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Features that are calculated together, such as those of a user: one struct of arrays, in which each has a place of its own.
 * {@link FeatureVector} puts blocks together into the arrays that models take.
 *
 * <p>The struct's fields: {@code numbers}, an array of FLOAT, NULL where missing; {@code ids}, an array of BIGINT;
 * {@code id_lists}, an array of arrays of BIGINT; {@code weighted_ids}, an array of arrays of an id and its FLOAT.
 */
public final class FeatureBlock {
    static final int NUMBERS = 0;
    static final int IDS = 1;
    static final int ID_LISTS = 2;
    static final int WEIGHTED_IDS = 3;

    /** Names of the struct's fields. */
    static final List<String> FIELDS = List.of("numbers", "ids", "id_lists", "weighted_ids");

    private static final String ID = "id";
    private static final String VALUE = "value";

    private final List<Feature> features;
    private final List<Feature> numbers;
    private final List<Feature> ids;
    private final List<Feature> idLists;
    private final List<Feature> weightedIds;

    /** A block of features in their order; features of several models may have one name and differ. */
    public FeatureBlock(List<Feature> features, FeatureForm form) {
        this.features = List.copyOf(features);
        List<Feature> heavy = form.heavy(this.features);
        List<Feature> light = form.light(this.features);
        // Of both, the heavy ranker takes all.
        List<Feature> all = form == FeatureForm.LIGHT ? light : heavy;
        this.numbers = concat(FeatureList.of(all, FeatureType.CONTINUOUS), FeatureList.of(heavy, FeatureType.BINARY));
        this.ids = concat(
                FeatureList.of(light, FeatureType.BINARY),
                FeatureList.of(all, FeatureType.DISCRETE, FeatureType.STRING));
        this.idLists = FeatureList.of(all, FeatureType.SPARSE_BINARY);
        this.weightedIds = FeatureList.of(heavy, FeatureType.SPARSE_CONTINUOUS);
    }

    public List<Feature> features() {
        return features;
    }

    /** Place of a feature in a field of the struct; -1 where it has none. */
    int placeOf(Feature feature, int field) {
        return switch (field) {
            case NUMBERS -> numbers.indexOf(feature);
            case IDS -> ids.indexOf(feature);
            case ID_LISTS -> idLists.indexOf(feature);
            case WEIGHTED_IDS -> weightedIds.indexOf(feature);
            default -> throw new IndexOutOfBoundsException(field);
        };
    }

    /**
     * The struct, over columns that the features' expressions name.
     *
     * @param errors counts values that are missing because of an error
     */
    public Column column(SparkSession spark, FeatureErrors errors) {
        // A binary feature that is both a number and an id is calculated twice; its errors are counted once.
        FeatureErrors uncounted = FeatureErrors.of(spark);
        return struct(
                array(
                                numbers,
                                "float",
                                feature -> number(feature, FeatureExpression.column(feature.expression()), errors))
                        .as(FIELDS.get(NUMBERS)),
                array(
                                ids,
                                "bigint",
                                feature -> Guarded.of(
                                        FeatureId.of(feature, FeatureExpression.column(feature.expression())),
                                        feature.name(),
                                        numbers.contains(feature) ? uncounted : errors))
                        .as(FIELDS.get(IDS)),
                array(
                                idLists,
                                "array<bigint>",
                                feature -> Guarded.of(
                                        transform(
                                                FeatureExpression.column(feature.expression()),
                                                name -> FeatureId.of(feature, name)),
                                        feature.name(),
                                        errors))
                        .as(FIELDS.get(ID_LISTS)),
                array(
                                weightedIds,
                                "array<struct<id:bigint,value:float>>",
                                feature -> Guarded.of(weighted(feature, errors), feature.name(), errors))
                        .as(FIELDS.get(WEIGHTED_IDS)));
    }

    private static Column weighted(Feature feature, FeatureErrors errors) {
        return transform(
                map_entries(FeatureExpression.column(feature.expression())),
                entry -> struct(
                        FeatureId.of(feature, entry.getField("key")).as(ID),
                        coalesce(number(feature, entry.getField("value"), errors), lit(0f))
                                .as(VALUE)));
    }

    /** A finite number, else NULL. */
    private static Column number(Feature feature, Column value, FeatureErrors errors) {
        return Guarded.of(value.cast("float"), feature.name(), errors);
    }

    private static Column array(List<Feature> features, String type, Function<Feature, Column> value) {
        return functions
                .array(features.stream().map(value).toArray(Column[]::new))
                .cast("array<" + type + ">");
    }

    private static List<Feature> concat(List<Feature> first, List<Feature> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
