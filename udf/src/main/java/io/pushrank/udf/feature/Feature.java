package io.pushrank.udf.feature;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pushrank.udf.text.OptionalKey;

/**
 * One line of the feature list.
 *
 * @param name what models and reports call it; hashed together with the value of what is not a number
 * @param expression SQL over the hydrated row; the one place where the feature is computed
 * @param light whether the light ranker uses it too
 */
public record Feature(
        String name,
        FeatureType type,
        String expression,
        @OptionalKey @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean light) {
    public Feature {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a feature has no name: expression " + expression);
        }
        if (type == null) {
            throw new IllegalArgumentException("feature " + name + " has no type");
        }
        if (expression == null || expression.isBlank()) {
            throw new IllegalArgumentException("feature " + name + " has no expression");
        }
        FeatureExpression.require(name, expression);
    }
}
