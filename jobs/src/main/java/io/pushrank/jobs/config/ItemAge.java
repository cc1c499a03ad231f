package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** From when an item's age counts: setting {@code inputs.item_age}. */
public enum ItemAge {
    /** From when it was made. */
    @JsonProperty("created")
    CREATED,
    /** From when somebody last acted on it. */
    @JsonProperty("last_activity")
    LAST_ACTIVITY;

    /** Whether an item stays fresh as long as someone acts on it. */
    public boolean isOfLastActivity() {
        return this == LAST_ACTIVITY;
    }
}
