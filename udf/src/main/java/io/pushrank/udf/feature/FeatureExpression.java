package io.pushrank.udf.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the SQL of a feature may be: a calculation on its own row. Feature lists travel with models, so they may come from
 * elsewhere; in SQL, one function calls any method of any Java class.
 */
final class FeatureExpression {
    private static final Set<String> REFUSED = Set.of("reflect", "java_method", "try_reflect");

    private FeatureExpression() {}

    /** @throws IllegalArgumentException naming the feature, when its expression is no SQL or does more than calculate */
    static void require(String feature, String expression) {
        Expression parsed;
        try {
            parsed = parsed(expression);
        } catch (Exception e) {
            // The parser's own is a checked exception, which Scala does not declare.
            throw new IllegalArgumentException(
                    "feature " + feature + ": expression " + expression + " is not SQL: "
                            + e.getMessage().strip().lines().findFirst().orElse(""),
                    e);
        }
        require(feature, parsed);
    }

    private static void require(String feature, Expression part) {
        if (part instanceof SubqueryExpression) {
            throw new IllegalArgumentException(
                    "feature " + feature + ": expression must be of one row, but holds a query: " + part.sql());
        }
        if (part instanceof UnresolvedFunction function) {
            String name = nameOf(function);
            if (REFUSED.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "feature " + feature + ": expression must not call Java, but has " + name);
            }
        }
        CollectionConverters.asJava(part.children()).forEach(child -> require(feature, child));
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
