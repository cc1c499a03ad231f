package io.pushrank.jobs.fact;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.feature.FeatureExpression;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.analysis.NamedParameter;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.runtime.AbstractPartialFunction;

/**
 * An expression over the facts of one row, with named parameters.
 *
 * @param text the SQL
 */
public record RowExpression(String text) {
    /**
     * Checks that a text is an expression of one row.
     *
     * @param where names its place, for messages
     * @throws PushrankException with exit code 2 when it is no SQL, holds a query, or calls Java
     */
    public static RowExpression of(String where, String text) {
        try {
            FeatureExpression.require(where, text);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
        return new RowExpression(text);
    }

    /** The facts that it names; what it names without a family is none. */
    public Set<Reference> references() {
        Set<Reference> references = new TreeSet<>();
        for (List<String> name : Plans.names(parsed())) {
            references.add(new Reference(name.get(0), name.size() > 1 ? name.get(1) : ""));
        }
        return references;
    }

    /** Named parameters that it uses. */
    public Set<String> parameters() {
        Set<String> names = new TreeSet<>();
        Plans.each(parsed(), part -> {
            if (part instanceof NamedParameter parameter) {
                names.add(parameter.name());
            }
        });
        return names;
    }

    /** The column, with values for its parameters. */
    public Column column(Map<String, Object> arguments) {
        return ExpressionUtils$.MODULE$.column(parsed().transformUp(new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(Expression part) {
                return part instanceof NamedParameter;
            }

            @Override
            public Expression apply(Expression part) {
                return Literal$.MODULE$.apply(arguments.get(((NamedParameter) part).name()));
            }
        }));
    }

    /**
     * The column, checked to be a condition on certain rows.
     *
     * @param rows with the facts that it names
     * @param where names its place, for messages
     * @throws PushrankException with exit code 2 when it is not BOOLEAN, or cannot be calculated
     */
    public Column condition(Dataset<Row> rows, Map<String, Object> arguments, String where) {
        Column column = column(arguments);
        try {
            DataType type = rows.select(column).schema().fields()[0].dataType();
            if (!type.equals(DataTypes.BooleanType)) {
                throw PushrankException.usage(where + " must be BOOLEAN, but is " + type.sql());
            }
        } catch (Exception e) {
            // It is a checked exception, which Scala does not declare.
            if (e instanceof AnalysisException problem) {
                throw PushrankException.usage(where + ": " + Refusal.text(rows.sparkSession(), problem));
            }
            throw e;
        }
        return column;
    }

    private Expression parsed() {
        return CatalystSqlParser$.MODULE$.parseExpression(text);
    }
}
