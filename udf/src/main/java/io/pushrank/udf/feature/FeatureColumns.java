package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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
 */
public final class FeatureColumns {
    private static final String BLOCK = "feature block ";

    private FeatureColumns() {}

    /**
     * Appends {@code features}, of one ranker, or {@code features}, {@code light_features} and {@code sparse_counts}, see
     * {@link SparseCounts}.
     *
     * @param rows hydrated
     * @param kept columns of the rows that stand before the features
     * @param errors counts values that are missing because of an error
     * @param calculated columns of blocks that the rows have already, see {@link #block}
     * @param where the rows that get features; others get NULL, and nothing is calculated for them
     * @throws FeatureException when an expression cannot be calculated on the rows
     */
    public static Dataset<Row> append(
            FeatureForm form,
            Dataset<Row> rows,
            Column[] kept,
            FeatureList features,
            FeatureErrors errors,
            Map<FeatureBlock, Column> calculated,
            Column where) {
        Set<Feature> there = calculated.keySet().stream()
                .flatMap(block -> block.features().stream())
                .collect(Collectors.toSet());
        List<Feature> rest = features.features().stream()
                .filter(feature -> !there.contains(feature))
                .toList();
        FeatureBlock ofRow = new FeatureBlock(rest, form);
        List<FeatureBlock> blocks = new ArrayList<>(calculated.keySet());
        List<Column> columns = new ArrayList<>(calculated.values());
        blocks.add(ofRow);
        List<Column> names = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            names.add(col(BLOCK + i));
        }
        Dataset<Row> wide = checked(rest, list -> {
            List<Column> all = new ArrayList<>(columns);
            all.add(when(where, new FeatureBlock(list, form).column(rows.sparkSession(), errors)));
            Stream<Column> named = Stream.iterate(0, i -> i + 1)
                    .limit(all.size())
                    .map(i -> all.get(i).as(BLOCK + i));
            return rows.select(Stream.concat(Arrays.stream(kept), named).toArray(Column[]::new));
        });
        Dataset<Row> appended =
                switch (form) {
                    case HEAVY ->
                        wide.withColumn("features", when(where, FeatureVector.heavy(features, blocks, names)));
                    case LIGHT ->
                        wide.withColumn("features", when(where, FeatureVector.light(features, blocks, names)));
                    case BOTH ->
                        wide.withColumn("features", when(where, FeatureVector.heavy(features, blocks, names)))
                                .withColumn(
                                        "light_features",
                                        when(where, FeatureVector.light(features.light(), blocks, names)))
                                .withColumn("sparse_counts", when(where, SparseCounts.of(features, blocks, names)));
                };
        return appended.drop(Stream.iterate(0, i -> i + 1)
                .limit(blocks.size())
                .map(i -> BLOCK + i)
                .toArray(String[]::new));
    }

    /**
     * Appends a block of features that rows share, to be handed to {@link #append} when it has been joined to these.
     *
     * @param rows with the columns that the features' expressions name
     * @param name of the column
     * @throws FeatureException when an expression cannot be calculated on the rows
     */
    public static Dataset<Row> block(
            Dataset<Row> rows, List<Feature> features, FeatureForm form, FeatureErrors errors, String name) {
        return checked(
                features,
                list -> rows.withColumn(name, new FeatureBlock(list, form).column(rows.sparkSession(), errors)));
    }

    /** Columns for a list of features; when Spark refuses them, the feature that it refuses is looked for. */
    private static Dataset<Row> checked(List<Feature> features, Function<List<Feature>, Dataset<Row>> columns) {
        try {
            return columns.apply(features);
        } catch (Exception e) {
            if (isRefusal(e)) {
                features.forEach(feature -> require(feature, columns));
            }
            throw e;
        }
    }

    private static void require(Feature feature, Function<List<Feature>, Dataset<Row>> columns) {
        try {
            Dataset<Row> unused = columns.apply(List.of(feature));
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
}
