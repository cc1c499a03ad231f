package io.pushrank.jobs.realgraph;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.nanvl;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Needs;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;

/**
 * The pairs of accounts between which there may be a tie, and facts of them as vectors.
 *
 * @param references the facts, in the order of the vector
 */
record PairFeatures(List<Reference> references) {
    static final String USER = "user_id";
    static final String AUTHOR = "author_id";
    /** The vector's column. */
    static final String FEATURES = "features";
    /** Column of what the user's acts on the author weigh together, BIGINT: what the trees are compared with. */
    static final String WEIGHT = "act_weight";
    /** In place of what is NULL or no number: far below every number, so that one split tells it from all of them. */
    static final double MISSING = -1e6;

    private static final String SETTING = "config: real_graph.features";
    private static final Reference WEIGHT_OF_ACTS = new Reference("pair", "weight");
    private static final Query PAIRS = Query.load("real_graph", "pairs");

    PairFeatures {
        references = List.copyOf(references);
    }

    /**
     * The features of the settings.
     *
     * @throws PushrankException with exit code 2 when one is no fact of a pair, or is of the real graph itself
     */
    static PairFeatures of(Facts facts) {
        List<Reference> references = new ArrayList<>();
        for (String name : facts.config().realGraph().features()) {
            String[] parts = name.split("\\.", 2);
            Reference reference = new Reference(parts[0], parts.length == 1 ? "" : parts[1]);
            facts.require(List.of(reference), Set.of(USER, AUTHOR), SETTING);
            // The model in use may know more than was known at the instant that is learned from.
            if (new Needs(facts).facts(List.of(reference)).tables().contains(Table.TIE_STRENGTHS)) {
                throw PushrankException.usage(
                        SETTING + ": a fact must not be made of the real graph itself, but is " + reference);
            }
            references.add(reference);
        }
        return new PairFeatures(references);
    }

    /** Every pair as of the relations' instant: {@code user_id} and {@code author_id}, each pair once. */
    Dataset<Row> pairs(Relations relations) {
        relations.expect(facts(), List.of(PAIRS));
        return relations.query(PAIRS, Map.of());
    }

    /**
     * The rows with {@link #FEATURES} and {@link #WEIGHT}.
     *
     * @param rows pairs of the same relations
     * @throws PushrankException with exit code 2 when a fact is neither a number nor a truth value
     */
    Dataset<Row> join(Relations relations, Dataset<Row> rows) {
        Dataset<Row> joined = relations.facts(facts()).join(rows);
        List<Column> columns = new ArrayList<>();
        Arrays.stream(rows.columns()).forEach(column -> columns.add(col(column)));
        columns.add(coalesce(col(WEIGHT_OF_ACTS.toString()), lit(0L)).as(WEIGHT));
        String[] inputs = new String[references.size()];
        for (int index = 0; index < inputs.length; index++) {
            Column fact = col(references.get(index).toString());
            DataType type = joined.select(fact).schema().apply(0).dataType();
            if (!(type instanceof NumericType || type instanceof BooleanType)) {
                throw PushrankException.usage(SETTING + ": a fact must be a number or a truth value, but "
                        + references.get(index) + " is " + type.sql());
            }
            inputs[index] = "input_" + index;
            columns.add(nanvl(coalesce(fact.cast("double"), lit(MISSING)), lit(MISSING))
                    .as(inputs[index]));
        }
        return new VectorAssembler()
                .setInputCols(inputs)
                .setOutputCol(FEATURES)
                .transform(joined.select(columns.toArray(Column[]::new)))
                .drop(inputs);
    }

    private Set<Reference> facts() {
        Set<Reference> all = new TreeSet<>(references);
        all.add(WEIGHT_OF_ACTS);
        return all;
    }
}
