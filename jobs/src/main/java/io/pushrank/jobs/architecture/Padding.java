package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a convolution makes of positions outside of its input. */
public enum Padding {
    /** They count as 0: there are as many outputs as inputs, over the strides, as published. */
    @JsonProperty("same")
    SAME,
    /** No output needs them. */
    @JsonProperty("valid")
    VALID
}
