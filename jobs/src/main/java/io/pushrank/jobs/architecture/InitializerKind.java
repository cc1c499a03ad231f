package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a layer's kernel starts: variances as in Glorot and Bengio 2010, He et al. 2015 and LeCun et al. 1998. */
public enum InitializerKind {
    /** Uniform of variance 2 / (fan in + fan out), as published. */
    @JsonProperty("glorot_uniform")
    GLOROT_UNIFORM,
    /** The same variance, normal, cut at two deviations. */
    @JsonProperty("glorot_normal")
    GLOROT_NORMAL,
    /** Uniform of variance 2 / fan in. */
    @JsonProperty("he_uniform")
    HE_UNIFORM,
    @JsonProperty("he_normal")
    HE_NORMAL,
    /** Uniform of variance 1 / fan in. */
    @JsonProperty("lecun_uniform")
    LECUN_UNIFORM,
    @JsonProperty("lecun_normal")
    LECUN_NORMAL;

    Initializer of(long fanIn, long fanOut) {
        return switch (this) {
            case GLOROT_UNIFORM -> Initializer.glorot(fanIn, fanOut);
            case GLOROT_NORMAL -> Initializer.normal(2.0 / (fanIn + fanOut));
            case HE_UNIFORM -> Initializer.uniform(Math.sqrt(6.0 / fanIn));
            case HE_NORMAL -> Initializer.normal(2.0 / fanIn);
            case LECUN_UNIFORM -> Initializer.uniform(Math.sqrt(3.0 / fanIn));
            case LECUN_NORMAL -> Initializer.normal(1.0 / fanIn);
        };
    }
}
