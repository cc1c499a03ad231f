package io.pushrank.jobs.publish;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How a run stands, as its manifest says. */
public enum RunStatus {
    /** A run that was killed stays so. */
    @JsonProperty("running")
    RUNNING,
    @JsonProperty("done")
    DONE,
    @JsonProperty("failed")
    FAILED;

    /** Whether it has ended by itself. */
    public boolean hasEnded() {
        return this != RUNNING;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
