package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How instants without a time zone are read: setting {@code inputs.naive_timestamps}. */
public enum NaiveTimestamps {
    /** They are refused. */
    @JsonProperty("reject")
    REJECT,
    /** They are of UTC. */
    @JsonProperty("utc")
    UTC;

    /** Whether instants without a time zone are of UTC, rather than refused. */
    public boolean isUtc() {
        return this == UTC;
    }
}
