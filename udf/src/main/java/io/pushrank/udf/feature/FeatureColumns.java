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
     * Features, and the rows that get them.
     *
     * @param where BOOLEAN, of no row that gets other features
     */
    public record Part(FeatureList features, Column where) {}

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
        return append(form, rows, kept, List.of(new Part(features, where)), errors, calculated);
    }

    /**
     * As {@link #append(FeatureForm, Dataset, Column[], FeatureList, FeatureErrors, Map, Column)}, of rows that get features of
     * different lists: a row gets those of the first part that is of it, and nothing else is calculated for it.
     */
    public static Dataset<Row> append(
            FeatureForm form,
            Dataset<Row> rows,
            Column[] kept,
            List<Part> parts,
            FeatureErrors errors,
            Map<FeatureBlock, Column> calculated) {
        Set<Feature> there = calculated.keySet().stream()
                .flatMap(block -> block.features().stream())
                .collect(Collectors.toSet());
        List<Feature> rest = parts.stream()
                .flatMap(part -> part.features().features().stream())
                .filter(feature -> !there.contains(feature))
                .distinct()
                .toList();
        Dataset<Row> wide = checked(rest, list -> {
            List<Column> all = new ArrayList<>(calculated.values());
            for (Part part : parts) {
                FeatureBlock ofRow = new FeatureBlock(common(part, list), form);
                all.add(when(part.where(), ofRow.column(rows.sparkSession(), errors)));
            }
            Stream<Column> named = Stream.iterate(0, i -> i + 1)
                    .limit(all.size())
                    .map(i -> all.get(i).as(BLOCK + i));
            return rows.select(Stream.concat(Arrays.stream(kept), named).toArray(Column[]::new));
        });
        Column vector = null;
        Column light = null;
        Column counts = null;
        for (int i = 0; i < parts.size(); i++) {
            FeatureList features = parts.get(i).features();
            Column where = parts.get(i).where();
            List<FeatureBlock> blocks = new ArrayList<>(calculated.keySet());
            List<Column> names = new ArrayList<>();
            for (int shared = 0; shared < blocks.size(); shared++) {
                names.add(col(BLOCK + shared));
            }
            names.add(col(BLOCK + (blocks.size() + i)));
            blocks.add(new FeatureBlock(common(parts.get(i), rest), form));
            vector = or(
                    vector,
                    where,
                    form == FeatureForm.LIGHT
                            ? FeatureVector.light(features, blocks, names)
                            : FeatureVector.heavy(features, blocks, names));
            if (form == FeatureForm.BOTH) {
                light = or(light, where, FeatureVector.light(features.light(), blocks, names));
                counts = or(counts, where, SparseCounts.of(features, blocks, names));
            }
        }
        Dataset<Row> appended = wide.withColumn("features", vector);
        if (form == FeatureForm.BOTH) {
            appended = appended.withColumn("light_features", light).withColumn("sparse_counts", counts);
        }
        return appended.drop(Stream.iterate(0, i -> i + 1)
                .limit(calculated.size() + parts.size())
                .map(i -> BLOCK + i)
                .toArray(String[]::new));
    }

    /** Features of a part that are in a list, in the part's order. */
    private static List<Feature> common(Part part, List<Feature> list) {
        return part.features().features().stream().filter(list::contains).toList();
    }

    /** A value where nothing before it is one. */
    private static Column or(Column before, Column where, Column value) {
        return before == null ? when(where, value) : before.when(where, value);
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
