package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.fact.FactJoin;
import io.pushrank.jobs.fact.Family;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureBlock;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureColumns.Part;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureForm;
import io.pushrank.udf.feature.FeatureFunctions;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Joins candidates with the facts that features name, and computes the features: for examples and for scoring alike. */
public final class Hydration {
    private static final String BLOCK = "features of the key";

    private Hydration() {}

    /** The facts that features name. */
    public static Set<Reference> references(FeatureList features) {
        return references(features.features());
    }

    private static Set<Reference> references(List<Feature> features) {
        Set<Reference> references = new TreeSet<>();
        features.forEach(feature -> references.addAll(new RowExpression(feature.expression()).references()));
        return references;
    }

    /**
     * The rows with a struct {@code features} as the light ranker takes it; NULL where there is nothing to choose.
     *
     * @param published the table that the rows are of, from which it is known how many items and authors there are
     * @param where for which rows the features are calculated
     * @throws io.pushrank.udf.model.ModelException when a feature of the model cannot be calculated
     */
    static Dataset<Row> light(
            StageContext context, Dataset<Row> rows, Dataset<Row> published, ModelPackage model, Column where) {
        return ofModels(context, rows, published, List.of(model), FeatureForm.LIGHT, one -> where);
    }

    /**
     * The rows with a struct {@code features} as the heavy ranker takes it, where {@link ByUser} puts them.
     *
     * @param published the table that the rows are of, see {@link #light}
     * @param models by version; of several, the one that the column {@link ModelChoice#VERSION} of a row names
     * @throws io.pushrank.udf.model.ModelException when a feature of a model cannot be calculated
     */
    static Dataset<Row> heavy(
            StageContext context, Dataset<Row> rows, Dataset<Row> published, Map<String, ModelPackage> models) {
        return ofModels(
                context,
                ByUser.sorted(context, rows),
                published,
                models.values(),
                FeatureForm.HEAVY,
                model -> models.size() == 1
                        ? lit(true)
                        : col(ModelChoice.VERSION).equalTo(model.version()));
    }

    /**
     * Rows of users alone, or of items, with a struct {@code features} as the heavy ranker takes it.
     *
     * @param items the rows once more, where they are of items
     * @throws FeatureException when a feature cannot be calculated
     */
    static Dataset<Row> heavy(
            StageContext context, Dataset<Row> rows, FeatureList features, Optional<Dataset<Row>> items) {
        return hydrated(context, rows, items, forAll(features), FeatureForm.HEAVY);
    }

    private static Dataset<Row> ofModels(
            StageContext context,
            Dataset<Row> rows,
            Dataset<Row> published,
            Collection<ModelPackage> models,
            FeatureForm form,
            Function<ModelPackage, Column> where) {
        List<Part> parts = models.stream()
                .map(model -> new Part(FeatureList.of(model), where.apply(model)))
                .toList();
        try {
            return hydrated(context, rows, Optional.of(published), parts, form);
        } catch (FeatureException e) {
            ModelPackage model = models.stream()
                    .filter(each -> FeatureList.of(each).features().contains(e.feature()))
                    .findFirst()
                    .orElseThrow();
            throw FeatureList.refused(model, e);
        }
    }

    private static List<Part> forAll(FeatureList features) {
        return List.of(new Part(features, lit(true)));
    }

    /**
     * The rows with the features of both: {@code features} and {@code light_features}.
     *
     * @throws FeatureException when a feature cannot be calculated
     */
    public static Dataset<Row> both(StageContext context, Dataset<Row> rows, FeatureList features) {
        Dataset<Row> kept = context.relations().keep(rows);
        return hydrated(context, ByUser.sorted(context, kept), Optional.of(kept), forAll(features), FeatureForm.BOTH);
    }

    private static Dataset<Row> hydrated(
            StageContext context,
            Dataset<Row> rows,
            Optional<Dataset<Row>> ofItems,
            List<Part> parts,
            FeatureForm form) {
        List<Feature> features = parts.stream()
                .flatMap(part -> part.features().features().stream())
                .distinct()
                .toList();
        features.forEach(feature -> context.vocabulary()
                .facts()
                .unknown(new RowExpression(feature.expression()).references())
                .ifPresent(problem -> {
                    throw new FeatureException(feature, problem);
                }));
        parts.forEach(part -> FeatureFunctions.require(context.relations().spark(), part.features()));
        Map<String, List<Feature>> ofOneKey = ofOneKey(context, features);
        Set<Feature> shared = ofOneKey.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        FactJoin facts = context.facts(references(
                features.stream().filter(feature -> !shared.contains(feature)).toList()));
        Map<FeatureBlock, Column> calculated = new LinkedHashMap<>();
        FeatureErrors uncounted = FeatureErrors.of(context.relations().spark());
        ofOneKey.forEach((family, list) -> {
            facts.deriving(
                    family,
                    BLOCK,
                    references(list),
                    keys -> FeatureColumns.block(keys, list, form, context.featureErrors(), BLOCK),
                    none -> FeatureColumns.block(none, list, form, uncounted, BLOCK));
            calculated.put(new FeatureBlock(list, form), col(family + ".`" + BLOCK + "`"));
        });
        ofItems.ifPresent(facts::amongItemsOf);
        return FeatureColumns.append(form, facts.join(rows), columns(rows), parts, context.featureErrors(), calculated);
    }

    /**
     * Features that speak of one key alone, such as those of a user, by family. They are calculated once for a key, which
     * hundreds of rows share, and their errors are counted once for a key.
     */
    private static Map<String, List<Feature>> ofOneKey(StageContext context, List<Feature> features) {
        Map<String, List<Feature>> found = new TreeMap<>();
        for (Feature feature : features) {
            Set<String> families =
                    references(List.of(feature)).stream().map(Reference::family).collect(Collectors.toSet());
            if (families.size() == 1) {
                Family family = context.vocabulary()
                        .facts()
                        .families()
                        .get(families.iterator().next());
                if (family.isOfOneKey()) {
                    found.computeIfAbsent(family.name(), none -> new ArrayList<>())
                            .add(feature);
                }
            }
        }
        return found;
    }

    private static Column[] columns(Dataset<Row> rows) {
        return Arrays.stream(rows.columns())
                .map(column -> col("`" + column + "`"))
                .toArray(Column[]::new);
    }
}
