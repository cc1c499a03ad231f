package io.pushrank.udf.feature;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;

/** How a feature enters a ranker. */
public enum FeatureType {
    /** A number; NULL is missing. */
    @JsonProperty("continuous")
    CONTINUOUS,
    /** TRUE or FALSE; NULL counts as FALSE. */
    @JsonProperty("binary")
    BINARY,
    /** A whole number that names something; hashed. */
    @JsonProperty("discrete")
    DISCRETE,
    /** A text; hashed. */
    @JsonProperty("string")
    STRING,
    /** An array of names, each present; hashed. */
    @JsonProperty("sparse_binary")
    SPARSE_BINARY,
    /** A map from names to numbers; names hashed, numbers kept. */
    @JsonProperty("sparse_continuous")
    SPARSE_CONTINUOUS;

    /** By the name that stands in the list; Jackson's own message gives the known ones in an order that changes. */
    @JsonCreator
    static FeatureType named(String name) {
        for (FeatureType type : values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("type " + name + " is unknown, known are "
                + Arrays.toString(values()).toLowerCase(Locale.ROOT));
    }
}
