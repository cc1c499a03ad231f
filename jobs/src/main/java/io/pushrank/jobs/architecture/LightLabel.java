package io.pushrank.jobs.architecture;

import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.spark.sql.Column;

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
    HEAVY_SCORE;

    /**
     * The label of a candidate, a number in [0, 1].
     *
     * @param score the heavy ranker's
     * @param position place in the heavy ranker's order of its user and instant, 0 for the best
     */
    public Column of(Column score, Column position) {
        return switch (this) {
            case SENT -> when(position.lt(1), 1f).otherwise(0f);
            case TOP3 -> when(position.lt(3), 1f).otherwise(0f);
            case HEAVY_SCORE -> score;
        };
    }
}
