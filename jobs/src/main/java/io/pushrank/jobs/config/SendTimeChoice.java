package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** At which of the instants that cap, spacing and quiet hours leave something is sent. */
public enum SendTimeChoice {
    /** As early as may be. */
    @JsonProperty("earliest")
    EARLIEST,
    /** At the half hours at which the user most likely opens it. */
    @JsonProperty("best")
    BEST;

    /** The value as settings have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
