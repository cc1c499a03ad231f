package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Turns hydrated rows into the arrays that models take: one struct of {@code continuous}, {@code continuous_missing},
 * {@code binary}, {@code sparse_ids}, {@code sparse_values}, {@code sparse_continuous_ids} and
 * {@code sparse_continuous_values}.
 *
 * <p>A value that is NULL, NaN or infinite is missing: 0, with its mask set. So is a value whose expression raises an error;
 * {@link FeatureErrors} counts those. Ids are the full 64 bits of Spark's xxhash64 of (feature name, value as text); the
 * model keeps the lowest bits that it has room for.
 *
 * <p>Each value is a column of its own first, so that Spark evaluates its expression once; of a struct with a lambda
 * function inside it shares nothing, and the arrays ask for a number three times.
 */
public final class FeatureColumns {
    private static final String ARRAY_OF_FLOAT = "array<float>";
    private static final String ARRAY_OF_LONG = "array<bigint>";
    private static final String ID = "id";
    private static final String VALUE = "value";

    private final FeatureList features;

    private final FeatureErrors errors;
    /** Values that the rows have already, as {@link #value} gives them. */
    private final Map<Feature, Column> ready;

    private FeatureColumns(FeatureList features, FeatureErrors errors, Map<Feature, Column> ready) {
        this.features = features;
        this.errors = errors;
        this.ready = ready;
    }

    /**
     * What the heavy ranker takes, as {@code features}.
     *
     * @param rows hydrated
     * @param kept columns of the rows that stand before the features
     * @param errors counts values that are missing because of an error
     * @param ready values that the rows have already, as {@link #value} gives them
     * @throws FeatureException when an expression cannot be calculated on the rows
     */
    public static Dataset<Row> heavy(
            Dataset<Row> rows, Column[] kept, FeatureList features, FeatureErrors errors, Map<Feature, Column> ready) {
        return checked(features, list -> {
            FeatureColumns columns = new FeatureColumns(list, errors, ready);
            return columns.withoutValues(columns.withValues(rows, kept).withColumn("features", columns.heavyArrays()));
        });
    }

    /** What the light ranker takes, as {@code features}; else as {@link #heavy}. */
    public static Dataset<Row> light(
            Dataset<Row> rows, Column[] kept, FeatureList features, FeatureErrors errors, Map<Feature, Column> ready) {
        return checked(features, list -> {
            FeatureColumns columns = new FeatureColumns(list, errors, ready);
            return columns.withoutValues(
                    columns.withValues(rows, kept).withColumn("features", columns.lightArrays(list)));
        });
    }

    /** What both take: {@code features} and, of the light ranker's part of the list, {@code light_features}. */
    public static Dataset<Row> both(
            Dataset<Row> rows, Column[] kept, FeatureList features, FeatureErrors errors, Map<Feature, Column> ready) {
        return checked(features, list -> {
            FeatureColumns columns = new FeatureColumns(list, errors, ready);
            return columns.withoutValues(columns.withValues(rows, kept)
                    .withColumn("features", columns.heavyArrays())
                    .withColumn("light_features", columns.lightArrays(list.light())));
        });
    }

    /** Columns for a list of features; when Spark refuses them, the feature that it refuses is looked for. */
    private static Dataset<Row> checked(FeatureList features, Function<FeatureList, Dataset<Row>> columns) {
        try {
            return columns.apply(features);
        } catch (Exception e) {
            if (isRefusal(e)) {
                features.features().forEach(feature -> require(feature, columns));
            }
            throw e;
        }
    }

    private static void require(Feature feature, Function<FeatureList, Dataset<Row>> columns) {
        try {
            Dataset<Row> unused = columns.apply(new FeatureList(List.of(feature)));
        } catch (Exception e) {
            if (isRefusal(e)) {
                throw new FeatureException(
                        feature,
                        "expression " + feature.expression() + " cannot be calculated: "
                                + e.getMessage().lines().findFirst().orElse(""),
                        e);
            }
            throw e;
        }
    }

    /** Spark's own is a checked exception, which Scala does not declare; functions throw the other about their arguments. */
    private static boolean isRefusal(Exception e) {
        return e instanceof AnalysisException || e instanceof IllegalArgumentException;
    }

    private Dataset<Row> withValues(Dataset<Row> rows, Column[] kept) {
        Stream<Column> values =
                features.features().stream().map(feature -> value(feature).as(nameOf(feature)));
        return rows.select(Stream.concat(Arrays.stream(kept), values).toArray(Column[]::new));
    }

    private Dataset<Row> withoutValues(Dataset<Row> rows) {
        return rows.drop(features.features().stream().map(this::nameOf).toArray(String[]::new));
    }

    /** Not the feature's own name, which may be that of a column or hold any character. */
    private String nameOf(Feature feature) {
        return "feature " + features.features().indexOf(feature);
    }

    private Column value(Feature feature) {
        Column known = ready.get(feature);
        return known == null ? value(feature, errors) : known;
    }

    /**
     * What the arrays are made of: a number, an id, or an array of ids or of ids with numbers.
     *
     * @param errors counts values that are missing because of an error
     */
    public static Column value(Feature feature, FeatureErrors errors) {
        Column expression = expr(feature.expression());
        Column value =
                switch (feature.type()) {
                    case CONTINUOUS -> expression.cast("float");
                    case BINARY -> expression;
                    case DISCRETE, STRING -> hash(feature, expression);
                    case SPARSE_BINARY -> transform(expression, name -> hash(feature, name));
                    case SPARSE_CONTINUOUS ->
                        transform(
                                map_entries(expression),
                                entry -> struct(
                                        hash(feature, entry.getField("key")).as(ID),
                                        coalesce(number(feature, entry.getField("value"), errors), lit(0f))
                                                .as(VALUE)));
                };
        return Guarded.of(value, feature.name(), errors);
    }

    /** A finite number, else NULL. */
    private static Column number(Feature feature, Column value, FeatureErrors errors) {
        return Guarded.of(value.cast("float"), feature.name(), errors);
    }

    private Column heavyArrays() {
        return arrays(features, features.of(FeatureType.BINARY), List.of(), features.of(FeatureType.SPARSE_CONTINUOUS));
    }

    /** Binary features are hashed, sparse continuous ones have no place. */
    private Column lightArrays(FeatureList light) {
        return arrays(light, List.of(), light.of(FeatureType.BINARY), List.of());
    }

    private Column arrays(
            FeatureList list, List<Feature> binary, List<Feature> hashedBinary, List<Feature> sparseContinuous) {
        List<Column> continuous = columns(list.of(FeatureType.CONTINUOUS));
        List<Column> ids = new ArrayList<>();
        hashedBinary.forEach(feature -> ids.add(array(hash(feature, column(feature)))));
        columns(list.of(FeatureType.DISCRETE, FeatureType.STRING)).forEach(id -> ids.add(array(id)));
        ids.addAll(columns(list.of(FeatureType.SPARSE_BINARY)));
        Column sparseIds = join(ids, ARRAY_OF_LONG);
        List<Column> maps = columns(sparseContinuous);
        return struct(
                array(continuous.stream().map(value -> coalesce(value, lit(0f))).toArray(Column[]::new))
                        .cast(ARRAY_OF_FLOAT)
                        .as("continuous"),
                array(continuous.stream().map(Column::isNull).toArray(Column[]::new))
                        .cast("array<boolean>")
                        .as("continuous_missing"),
                array(binary.stream()
                                .map(feature -> coalesce(number(feature, column(feature), errors), lit(0f)))
                                .toArray(Column[]::new))
                        .cast(ARRAY_OF_FLOAT)
                        .as("binary"),
                sparseIds.as("sparse_ids"),
                array_repeat(lit(1f), size(sparseIds)).as("sparse_values"),
                join(maps.stream().map(entries -> entries.getField(ID)).toList(), ARRAY_OF_LONG)
                        .as("sparse_continuous_ids"),
                join(maps.stream().map(entries -> entries.getField(VALUE)).toList(), ARRAY_OF_FLOAT)
                        .as("sparse_continuous_values"));
    }

    private List<Column> columns(List<Feature> list) {
        return list.stream().map(this::column).toList();
    }

    private Column column(Feature feature) {
        return col("`" + nameOf(feature) + "`");
    }

    private static Column hash(Feature feature, Column value) {
        return when(value.isNotNull(), xxhash64(lit(feature.name()), value.cast("string")));
    }

    private static Column join(List<Column> arrays, String type) {
        Column empty = array().cast(type);
        return arrays.isEmpty()
                ? empty
                : array_compact(concat(
                        arrays.stream().map(values -> coalesce(values, empty)).toArray(Column[]::new)));
    }
}
