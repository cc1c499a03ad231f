package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a run whose required tables lack the newest events: setting {@code inputs.late_tables}. */
public enum LateTables {
    /** It stops. */
    @JsonProperty("reject")
    REJECT,
    /** It goes on without them, and says so. */
    @JsonProperty("warn")
    WARN;

    /** Whether a run goes on without the newest events of a required table. */
    public boolean isAccepted() {
        return this == WARN;
    }
}
