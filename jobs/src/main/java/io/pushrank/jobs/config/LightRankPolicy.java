package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** By what light ranking chooses: setting {@code light_rank.policy}. */
public enum LightRankPolicy {
    /** By the light ranker's scores. */
    @JsonProperty("model")
    MODEL,
    /** By chance: the baseline of experiments. */
    @JsonProperty("random")
    RANDOM;

    /** Whether chance chooses. */
    public boolean isRandom() {
        return this == RANDOM;
    }
}
