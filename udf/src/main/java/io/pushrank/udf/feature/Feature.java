package io.pushrank.udf.feature;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.udf.text.Documents;
import io.pushrank.udf.text.OptionalKey;
import java.util.Map;

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
    private static final String LIGHT = ", light";

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
        FeatureExpression.require("feature " + name, expression);
    }

    /**
     * A line of a list: all keys, or {@code NAME: TYPE} or {@code NAME: TYPE, light} where the expression is the name.
     *
     * @throws IllegalArgumentException saying file, line and what is wrong with it
     */
    static Feature of(String file, Documents.Entry entry) {
        if (entry.value().size() != 1) {
            return entry.as(file, Feature.class);
        }
        Map.Entry<String, JsonNode> only = entry.value().properties().iterator().next();
        String words = only.getValue().asText();
        boolean isLight = words.endsWith(LIGHT);
        ObjectNode whole = Documents.YAML
                .createObjectNode()
                .put("name", only.getKey())
                .put("type", isLight ? words.substring(0, words.length() - LIGHT.length()) : words)
                .put("expression", only.getKey())
                .put("light", isLight);
        return new Documents.Entry(entry.line(), whole).as(file, Feature.class);
    }
}
