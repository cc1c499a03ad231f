package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.text.OptionalKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which version of the heavy ranker scores whom.
 *
 * @param standard version for those of whom no rule is true, a whole number or a name; null: the one in use
 * @param rules the first that is true of a recipient names its version
 */
public record ModelsConfig(@OptionalKey @JsonProperty("default") Object standard, List<Rule> rules) {
    /** The setting. */
    public static final String KEY = "heavy_rank.models";

    /**
     * A version, and the recipients whom it scores.
     *
     * @param when SQL over facts of the recipient
     * @param model a whole number or a name
     */
    public record Rule(String when, Object model) {}

    public ModelsConfig {
        rules = List.copyOf(rules);
        if (standard != null) {
            version(KEY + ".default", standard);
        }
        for (int i = 0; i < rules.size(); i++) {
            version(keyOf(i) + ".model", rules.get(i).model());
        }
    }

    /** The key of a rule, for messages. */
    public static String keyOf(int rule) {
        return KEY + ".rules[" + rule + "]";
    }

    /** Version for those of whom no rule is true; empty: the one in use. */
    public Optional<String> fallback() {
        return Optional.ofNullable(standard).map(Object::toString);
    }

    /** Version that a rule names. */
    public String version(int rule) {
        return rules.get(rule).model().toString();
    }

    /** Each version once, empty being the one in use: the rules' in their order, then the fallback. */
    public List<Optional<String>> versions() {
        List<Optional<String>> versions = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            versions.add(Optional.of(version(i)));
        }
        versions.add(fallback());
        return versions.stream().distinct().toList();
    }

    private static void version(String key, Object value) {
        boolean isWhole = value instanceof Integer || value instanceof Long || value instanceof BigInteger;
        if (!isWhole && !(value instanceof String)) {
            throw new IllegalArgumentException(
                    key + " must be a whole number, or a text such as \"1.10\" in quotes, but is " + value);
        }
        try {
            ModelPackage.requireVersion(value.toString());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }
}
