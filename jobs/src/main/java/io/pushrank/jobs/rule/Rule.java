package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.Guarded;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;

/**
 * A reason to take a target or a candidate out: a line of {@code conf/rules.yaml}.
 *
 * @param name stable reason code: it stands in tables, funnel and explanations
 * @param steps where it is asked
 * @param keep TRUE of the rows that stay
 * @param arguments values of its parameters
 * @param isKeptWhenMissing what becomes of a row of which {@code keep} is neither TRUE nor FALSE
 * @param says when it removes, in one sentence: its row in the README's table
 * @param isOn whether the settings have it on
 * @param where file and line, for messages
 */
public record Rule(
        String name,
        Set<Step> steps,
        RowExpression keep,
        Map<String, Object> arguments,
        boolean isKeptWhenMissing,
        String says,
        boolean isOn,
        String where) {
    public Rule {
        steps = Set.copyOf(steps);
        arguments = Map.copyOf(arguments);
    }

    /** As Spark calculates it. */
    Column expression() {
        return keep.column(arguments);
    }

    /** TRUE to keep the row, FALSE to remove it; never NULL. An expression that fails for a row is missing there. */
    Column keeps(FeatureErrors errors) {
        return coalesce(Guarded.of(expression(), name, errors), lit(isKeptWhenMissing));
    }
}
