package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Family;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.jobs.retrieval.TowerInput;
import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureId;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the two towers of retrieval are made of: features of the recipient alone, and of the item and its author alone.
 *
 * @param all as the list has them
 */
public record TowerFeatures(FeatureList all, FeatureList ofUser, FeatureList ofItem) {
    private static final Set<String> USER_KEY = Set.of("user_id");
    private static final Set<String> ITEM_KEYS = Set.of("item_id", "author_id");

    /** One of the two. */
    public enum Side {
        USER("user_id"),
        ITEM("item_id");

        private final String key;

        Side(String key) {
            this.key = key;
        }
    }

    /**
     * Divides a list by what its features speak of.
     *
     * @param file for messages
     * @throws PushrankException with exit code 2 when a feature speaks of both sides, or of what is of neither
     */
    public static TowerFeatures of(String file, FeatureList list, Facts facts) {
        List<Feature> ofUser = new ArrayList<>();
        List<Feature> ofItem = new ArrayList<>();
        for (Feature feature : list.features()) {
            Set<String> keys = new TreeSet<>();
            for (Reference reference : new RowExpression(feature.expression()).references()) {
                facts.unknown(List.of(reference)).ifPresent(problem -> {
                    throw PushrankException.usage(file + ": feature " + feature.name() + ": " + problem);
                });
                Family family = facts.families().get(reference.family());
                keys.addAll(
                        family.isOfOneKey()
                                ? family.key().stream().map(Family.Key::row).toList()
                                : List.of(family.name()));
            }
            if (!keys.isEmpty() && USER_KEY.containsAll(keys)) {
                ofUser.add(feature);
            } else if (!keys.isEmpty() && ITEM_KEYS.containsAll(keys)) {
                ofItem.add(feature);
            } else {
                throw PushrankException.usage(file + ": feature " + feature.name()
                        + " must speak of the recipient alone, or of the item and its author alone, but is found by "
                        + keys);
            }
        }
        return new TowerFeatures(list, new FeatureList(ofUser), new FeatureList(ofItem));
    }

    /** The facts that they name. */
    Set<Reference> references() {
        return Hydration.references(all);
    }

    /**
     * What one tower is given.
     *
     * @param rows users by {@code user_id}, or items by {@code item_type}, {@code item_id} and {@code author_id}
     * @return that id, {@code ids} and {@code values}, see {@link TowerInput#of}
     */
    public Dataset<Row> inputs(StageContext context, Dataset<Row> rows, Side side) {
        FeatureList list = side == Side.USER ? ofUser : ofItem;
        Places places = new Places(list);
        StructType schema = StructType.fromDDL(
                side.key + " BIGINT NOT NULL, ids ARRAY<BIGINT> NOT NULL, values ARRAY<FLOAT> NOT NULL");
        MapFunction<Row, Row> function = places::input;
        return Hydration.heavy(context, rows, list, side == Side.USER ? Optional.empty() : Optional.of(rows))
                .select(col(side.key), col("features"))
                .map(function, Encoders.row(schema));
    }

    /** Ids of the dense features, in the order in which they lie in the arrays. */
    private static final class Places implements Serializable {
        private static final long serialVersionUID = 1;

        private final long[] continuous;
        private final long[] missing;
        private final long[] binary;

        Places(FeatureList list) {
            this.continuous = ids(list, FeatureType.CONTINUOUS, "");
            this.missing = ids(list, FeatureType.CONTINUOUS, " is missing");
            this.binary = ids(list, FeatureType.BINARY, "");
        }

        private static long[] ids(FeatureList list, FeatureType type, String more) {
            return list.of(type).stream()
                    .mapToLong(feature -> FeatureId.of(feature.name() + more))
                    .toArray();
        }

        /** From a row of an id and the struct of feature arrays. */
        Row input(Row row) {
            Row features = row.getStruct(1);
            List<Long> ids = new ArrayList<>();
            List<Float> values = new ArrayList<>();
            List<Float> numbers = features.getList(0);
            List<Boolean> gaps = features.getList(1);
            for (int at = 0; at < continuous.length; at++) {
                ids.add(gaps.get(at) ? missing[at] : continuous[at]);
                values.add(gaps.get(at) ? 1 : numbers.get(at));
            }
            List<Float> flags = features.getList(2);
            for (int at = 0; at < binary.length; at++) {
                if (flags.get(at) != 0) {
                    ids.add(binary[at]);
                    values.add(flags.get(at));
                }
            }
            ids.addAll(features.getList(3));
            values.addAll(features.getList(4));
            ids.addAll(features.getList(5));
            values.addAll(features.getList(6));
            // As Spark has lists, since the next function may be handed this very row.
            return RowFactory.create(
                    row.getLong(0),
                    CollectionConverters.asScala(ids).toSeq(),
                    CollectionConverters.asScala(values).toSeq());
        }
    }
}
