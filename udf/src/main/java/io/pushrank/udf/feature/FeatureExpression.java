package io.pushrank.udf.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.types.Decimal;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the SQL of a feature or a rule may be: a calculation on its own row. Feature lists travel with models, so they may come from
 * elsewhere; in SQL, one function calls any method of any Java class.
 */
public final class FeatureExpression {
    private static final Set<String> REFUSED = Set.of("reflect", "java_method", "try_reflect");

    private FeatureExpression() {}

    /**
     * Checks an expression.
     *
     * @param whose what it is the expression of, for messages
     * @throws IllegalArgumentException when it is no SQL or does more than calculate
     */
    public static void require(String whose, String expression) {
        Expression parsed;
        try {
            parsed = parsed(expression);
        } catch (Exception e) {
            // The parser's own is a checked exception, which Scala does not declare.
            throw new IllegalArgumentException(
                    whose + ": expression " + expression + " is not SQL: "
                            + e.getMessage().strip().lines().findFirst().orElse(""),
                    e);
        }
        if (parsed instanceof Alias alias) {
            // A word that is left over after a whole expression, such as AND, is taken for a name of it.
            throw new IllegalArgumentException(
                    whose + ": expression must be one without a name, but is named " + alias.name());
        }
        require(whose, parsed);
    }

    private static void require(String whose, Expression part) {
        if (part instanceof SubqueryExpression) {
            throw new IllegalArgumentException(
                    whose + ": expression must be of one row, but holds a query: " + part.sql());
        }
        if (part instanceof UnresolvedFunction function) {
            String name = nameOf(function);
            if (REFUSED.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(whose + ": expression must not call Java, but has " + name);
            }
        }
        CollectionConverters.asJava(part.children()).forEach(child -> require(whose, child));
    }

    /**
     * The expression as a column. Its numbers with a point are doubles, where SQL has decimals: arithmetic with these takes a
     * hundred times as long, and ends as a float here.
     */
    static Column column(String expression) {
        return ExpressionUtils$.MODULE$.column(withDoubles(parsed(expression)));
    }

    private static Expression withDoubles(Expression part) {
        if (part instanceof Literal literal && literal.value() instanceof Decimal number) {
            return Literal$.MODULE$.apply(number.toDouble());
        }
        List<Expression> children = CollectionConverters.asJava(part.children()).stream()
                .map(FeatureExpression::withDoubles)
                .toList();
        return part.withNewChildren(CollectionConverters.asScala(children).toSeq());
    }

    private static Expression parsed(String expression) {
        return CatalystSqlParser$.MODULE$.parseExpression(expression);
    }

    private static String nameOf(UnresolvedFunction function) {
        return CollectionConverters.asJava(function.nameParts())
                .get(function.nameParts().size() - 1);
    }

    /** Names of the functions that an expression calls, in its order; of those without the name of a catalog or schema. */
    static List<String> functions(String expression) {
        List<String> names = new ArrayList<>();
        addFunctions(parsed(expression), names);
        return names;
    }

    private static void addFunctions(Expression part, List<String> names) {
        if (part instanceof UnresolvedFunction function && function.nameParts().size() == 1) {
            names.add(nameOf(function));
        }
        CollectionConverters.asJava(part.children()).forEach(child -> addFunctions(child, names));
    }
}
