package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the light ranker predicts; {@link Example#heavyScore} carries it. */
public enum LightLabel {
    /** 1 when the notification was sent. */
    @JsonProperty("sent")
    SENT,
    /** 1 when the candidate was among the heavy ranker's best three of its user. */
    @JsonProperty("top3")
    TOP3,
    /** The heavy ranker's score itself, a soft label. */
    @JsonProperty("heavy_score")
    HEAVY_SCORE
}
