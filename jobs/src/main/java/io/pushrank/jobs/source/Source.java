package io.pushrank.jobs.source;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.RowExpression;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Where candidates come from: one SQL file that gives {@code user_id, item_id, score, actors}, the best scores first.
 *
 * @param query the file in {@code conf/sources}
 * @param itemType type of the items that it proposes
 * @param network whether its candidates are shown as by followed accounts, by others, or either
 * @param needs what must be TRUE of a recipient who is to get any of them; empty when nothing must
 * @param limit candidates a user at most
 * @param quota candidates that it gives in each round, where not all of a user's can be kept
 * @param parameters named parameters of the SQL
 */
public record Source(
        Query query,
        String itemType,
        Network network,
        Optional<RowExpression> needs,
        int limit,
        int quota,
        Map<String, Object> parameters) {

    /** The parameter that says how old an item may be that it proposes. */
    public static final String MAX_AGE_HOURS = "max_age_hours";

    /** Whose posts a source shows. */
    public enum Network {
        IN,
        OUT,
        BOTH
    }

    public String name() {
        return query.name();
    }

    /** Hours that an item may be old which it proposes, by {@code item.fresh_at}; empty when it does not say. */
    public Optional<Integer> maxAgeHours() {
        return parameters.get(MAX_AGE_HOURS) instanceof Integer hours ? Optional.of(hours) : Optional.empty();
    }

    /**
     * Those of some users to whom it proposes.
     *
     * @param users with the facts that it needs
     * @throws PushrankException with exit code 2 when what it needs is no condition
     */
    public Dataset<Row> recipients(Dataset<Row> users) {
        return needs.map(condition -> {
                    String where = query.file() + ", line "
                            + query.head().all(Sources.NEEDS).get(0).line() + ": " + Sources.NEEDS;
                    return users.filter(coalesce(condition.condition(users, Map.of(), where), lit(false)));
                })
                .orElse(users);
    }

    /**
     * What its SQL gives, with the types of proposals.
     *
     * @throws PushrankException with exit code 2 when that is not what a source must give
     */
    public Dataset<Row> proposals(Dataset<Row> given) {
        StructType schema = given.schema();
        if (!isOf(schema, "user_id", IntegralType.class)
                || !isOf(schema, "item_id", IntegralType.class)
                || !isOf(schema, "score", NumericType.class)
                || !(isOf(schema, "actors", ArrayType.class)
                        && ((ArrayType) schema.apply("actors").dataType()).elementType() instanceof IntegralType)) {
            throw PushrankException.usage(query.file()
                    + ": the SELECT must give user_id and item_id, whole numbers, score,"
                    + " a number, and actors, an array of whole numbers, but gives "
                    + Arrays.stream(schema.fields())
                            .map(field -> field.name() + " " + field.dataType().sql())
                            .collect(Collectors.joining(", ")));
        }
        return given.select(
                col("user_id").cast("bigint"),
                col("item_id").cast("bigint"),
                col("score").cast("double"),
                col("actors").cast("array<bigint>"));
    }

    private static boolean isOf(StructType schema, String column, Class<? extends DataType> type) {
        return Arrays.asList(schema.fieldNames()).contains(column)
                && type.isInstance(schema.apply(column).dataType());
    }

    /** What it gives, in one sentence: its row in the README's table. */
    public String summary() {
        return query.summary();
    }
}
