package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the engagement loss, which only opened rows contribute to, is divided by. */
public enum SecondLossDenominator {
    /** The weight of the rows that contribute: the second tower learns as fast as the first. */
    @JsonProperty("own_mask")
    OWN_MASK,
    /** The whole batch, as published, for both losses. */
    @JsonProperty("batch")
    BATCH
}
