package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What is labeled for training, and with what: setting {@code examples.labels}. */
public enum ExampleLabels {
    /** Sends, by whether they were opened. */
    @JsonProperty("notifications")
    NOTIFICATIONS,
    /** Candidates, by whether the user acted on them. */
    @JsonProperty("engagements")
    ENGAGEMENTS,
    /** Candidates without labels, for the light ranker to learn the heavy ranker's scores on. */
    @JsonProperty("candidates")
    CANDIDATES;

    /** The value as settings have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
