package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.Nearest;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import scala.jdk.javaapi.CollectionConverters;

/** What Spark has against an expression, in the words of this pipeline. */
public final class Refusal {
    private Refusal() {}

    /** What must be and what is; with the nearest known names where a name is not known. */
    public static String text(SparkSession spark, AnalysisException problem) {
        Map<String, String> details = problem.getMessageParameters();
        String condition = problem.getCondition() == null ? "" : problem.getCondition();
        if (condition.startsWith("UNRESOLVED_COLUMN")) {
            String known = details.getOrDefault("proposal", "").replace("`", "");
            return "column must be one that is there, but is "
                    + details.getOrDefault("objectName", "").replace("`", "")
                    + (known.isEmpty() ? "" : "; the nearest are " + known);
        }
        if (condition.startsWith("FIELD_NOT_FOUND")) {
            return "column must be one that is there, but is "
                    + details.getOrDefault("fieldName", "").replace("`", "") + "; there are "
                    + details.getOrDefault("fields", "").replace("`", "");
        }
        if (condition.startsWith("UNRESOLVED_ROUTINE")) {
            String name = details.getOrDefault("routineName", "").replace("`", "");
            return "function must be one that Spark knows, but is " + name + "; the nearest are "
                    + Nearest.to(name, functions(spark));
        }
        if (condition.startsWith("UNBOUND_SQL_PARAMETER")) {
            return "parameter must be " + Query.AS_OF + " or one that the head comment declares, but is "
                    + details.getOrDefault("name", "");
        }
        return problem.getMessage().strip().lines().findFirst().orElse("");
    }

    private static java.util.List<String> functions(SparkSession spark) {
        var registry = ((org.apache.spark.sql.classic.SparkSession) spark)
                .sessionState()
                .functionRegistry();
        return CollectionConverters.asJava(registry.listFunction()).stream()
                .map(FunctionIdentifier::funcName)
                // Operators are functions of their own names.
                .filter(known -> known.matches("[a-z]\\w*"))
                .toList();
    }
}
