package io.pushrank.udf.feature;

import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.catalog.SessionCatalog;
import org.apache.spark.unsafe.types.UTF8String;
import scala.jdk.javaapi.CollectionConverters;

/** Whether a session has the functions that features call; to know before rows are read. */
public final class FeatureFunctions {
    private static final int NEAREST = 3;

    private FeatureFunctions() {}

    /**
     * Refuses functions that the session has not.
     *
     * @throws FeatureException naming the first feature that calls one, and functions of names like it
     */
    public static void require(SparkSession spark, FeatureList features) {
        SessionCatalog catalog = ((org.apache.spark.sql.classic.SparkSession) spark)
                .sessionState()
                .catalog();
        for (Feature feature : features.features()) {
            for (String name : FeatureExpression.functions(feature.expression())) {
                if (!catalog.functionExists(FunctionIdentifier.apply(name))) {
                    throw new FeatureException(
                            feature,
                            "function must be one that Spark knows, but is " + name + "; the nearest are "
                                    + String.join(", ", nearest(spark, name)));
                }
            }
        }
    }

    private static List<String> nearest(SparkSession spark, String name) {
        var registry = ((org.apache.spark.sql.classic.SparkSession) spark)
                .sessionState()
                .functionRegistry();
        UTF8String wanted = UTF8String.fromString(name).toLowerCase();
        return CollectionConverters.asJava(registry.listFunction()).stream()
                .map(FunctionIdentifier::funcName)
                // Operators are functions of their own names.
                .filter(known -> known.matches("[a-z]\\w*"))
                .sorted(Comparator.<String>comparingInt(
                                known -> UTF8String.fromString(known).levenshteinDistance(wanted))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(NEAREST)
                .toList();
    }
}
