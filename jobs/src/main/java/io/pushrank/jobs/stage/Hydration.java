package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.fact.FactJoin;
import io.pushrank.jobs.fact.Family;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureFunctions;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private Hydration() {}

    /** The facts that features name. */
    public static Set<Reference> references(FeatureList features) {
        Set<Reference> references = new TreeSet<>();
        features.features().forEach(feature -> references.addAll(new RowExpression(feature.expression()).references()));
        return references;
    }

    /**
     * The rows with a struct {@code features} as the light ranker takes it, all of a user's in one partition.
     *
     * @param published the table that the rows are of, from which it is known how many items and authors there are
     * @throws io.pushrank.udf.model.ModelException when a feature of the model cannot be calculated
     */
    static Dataset<Row> light(StageContext context, Dataset<Row> rows, Dataset<Row> published, ModelPackage model) {
        return ofModel(
                model,
                features -> FeatureColumns.light(
                        joined(context, rows, published, features),
                        columns(rows),
                        features,
                        context.featureErrors(),
                        ready(context, features)));
    }

    /**
     * The rows with a struct {@code features} as the heavy ranker takes it, all of a user's in one partition.
     *
     * @throws io.pushrank.udf.model.ModelException when a feature of the model cannot be calculated
     */
    static Dataset<Row> heavy(StageContext context, Dataset<Row> rows, ModelPackage model) {
        return ofModel(
                model,
                features -> FeatureColumns.heavy(
                        joined(
                                context,
                                rows.repartition(context.config().outputPartitions(), col("user_id")),
                                rows,
                                features),
                        columns(rows),
                        features,
                        context.featureErrors(),
                        ready(context, features)));
    }

    private static Dataset<Row> ofModel(ModelPackage model, Function<FeatureList, Dataset<Row>> columns) {
        try {
            return columns.apply(FeatureList.of(model));
        } catch (FeatureException e) {
            throw FeatureList.refused(model, e);
        }
    }

    /**
     * The rows with the features of both: {@code features} and {@code light_features}.
     *
     * @throws FeatureException when a feature cannot be calculated
     */
    public static Dataset<Row> both(StageContext context, Dataset<Row> rows, FeatureList features) {
        return FeatureColumns.both(
                joined(context, rows, features),
                columns(rows),
                features,
                context.featureErrors(),
                ready(context, features));
    }

    private static Dataset<Row> joined(
            StageContext context, Dataset<Row> rows, Dataset<Row> published, FeatureList features) {
        return facts(context, features).amongItemsOf(published).join(rows);
    }

    private static Dataset<Row> joined(StageContext context, Dataset<Row> rows, FeatureList features) {
        return facts(context, features).join(rows);
    }

    private static FactJoin facts(StageContext context, FeatureList features) {
        features.features().forEach(feature -> context.vocabulary()
                .facts()
                .unknown(new RowExpression(feature.expression()).references())
                .ifPresent(problem -> {
                    throw new FeatureException(feature, problem);
                }));
        FeatureFunctions.require(context.relations().spark(), features);
        FactJoin facts = context.facts(references(features));
        ofOneKey(context, features)
                .forEach((family, list) -> facts.deriving(
                        family,
                        list.stream()
                                .collect(Collectors.toMap(
                                        feature -> nameOf(features, feature),
                                        feature -> FeatureColumns.value(feature, context.featureErrors())))));
        return facts;
    }

    /** Where the rows have the values that are calculated for each key; a row without the key is calculated by itself. */
    private static Map<Feature, Column> ready(StageContext context, FeatureList features) {
        Map<Feature, Column> ready = new HashMap<>();
        ofOneKey(context, features).forEach((family, list) -> {
            String key = context.vocabulary()
                    .facts()
                    .families()
                    .get(family)
                    .key()
                    .get(0)
                    .column();
            list.forEach(feature -> ready.put(
                    feature,
                    when(col(family + "." + key).isNotNull(), col(family + ".`" + nameOf(features, feature) + "`"))
                            .otherwise(FeatureColumns.value(feature, context.featureErrors()))));
        });
        return ready;
    }

    /**
     * Features of many values that speak of one key alone, such as the topics of a user, by family: hundreds of a user's rows
     * share what takes a while to calculate. Errors are counted once for a key, then.
     */
    private static Map<String, List<Feature>> ofOneKey(StageContext context, FeatureList features) {
        Map<String, List<Feature>> found = new TreeMap<>();
        for (Feature feature : features.features()) {
            Set<String> families = new RowExpression(feature.expression())
                    .references().stream().map(Reference::family).collect(Collectors.toSet());
            boolean hasManyValues =
                    feature.type() == FeatureType.SPARSE_BINARY || feature.type() == FeatureType.SPARSE_CONTINUOUS;
            if (hasManyValues && families.size() == 1) {
                Family family = context.vocabulary()
                        .facts()
                        .families()
                        .get(families.iterator().next());
                if (!family.isOfRow() && family.key().size() == 1) {
                    found.computeIfAbsent(family.name(), none -> new ArrayList<>())
                            .add(feature);
                }
            }
        }
        return found;
    }

    private static String nameOf(FeatureList features, Feature feature) {
        return "feature " + features.features().indexOf(feature);
    }

    private static Column[] columns(Dataset<Row> rows) {
        return Arrays.stream(rows.columns())
                .map(column -> col("`" + column + "`"))
                .toArray(Column[]::new);
    }
}
