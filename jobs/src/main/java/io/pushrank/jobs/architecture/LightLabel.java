package io.pushrank.jobs.architecture;

import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.spark.sql.Column;

/** What the light ranker predicts; {@link Example#heavyScore} carries it. */
public enum LightLabel {
    /** 1 when the candidate was sent: it stands in the published sends of the day. */
    @JsonProperty("sent")
    SENT,
    /** 1 when the candidate was the heavy ranker's best of its user. */
    @JsonProperty("top1")
    TOP1,
    /** 1 when the candidate was among the heavy ranker's best three of its user. */
    @JsonProperty("top3")
    TOP3,
    /** The heavy ranker's score itself, a soft label. */
    @JsonProperty("heavy_score")
    HEAVY_SCORE;

    /**
     * The label of a candidate, a number in [0, 1]; NULL where it is not known.
     *
     * @param score the heavy ranker's
     * @param position place in the heavy ranker's order of its user and instant, 0 for the best
     * @param isSent BOOLEAN; NULL where it is not known
     */
    public Column of(Column score, Column position, Column isSent) {
        return switch (this) {
            case SENT -> isSent.cast("float");
            case TOP1 -> isAmongBest(position, 1);
            case TOP3 -> isAmongBest(position, 3);
            case HEAVY_SCORE -> score;
        };
    }

    private static Column isAmongBest(Column position, int best) {
        return when(position.lt(best), 1f).otherwise(0f);
    }
}
