package io.pushrank.udf.feature;

import com.fasterxml.jackson.annotation.JsonProperty;

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
    SPARSE_CONTINUOUS
}
