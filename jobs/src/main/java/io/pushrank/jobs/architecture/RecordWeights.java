package io.pushrank.jobs.architecture;

import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.Bounds;
import org.apache.spark.sql.Column;

/**
 * How much a candidate counts in the light ranker's loss by its position: clip(1 / (1 + position + smooth), minimum, 1). The
 * position is the candidate's place in the heavy ranker's order of its user and instant, 0 for the best, so that the
 * candidates that the light ranker must not lose count most. The published code clips the same way; its weight is a field of
 * the training records, smoothed as "rank position weight".
 *
 * @param smooth added to the position, at least 0: the larger, the more alike all candidates count
 * @param minimum no candidate counts less, in [0, 1]
 */
public record RecordWeights(double smooth, double minimum) {
    public RecordWeights {
        Bounds.within("record_weights.smooth", smooth, 0, 1e6);
        Bounds.within("record_weights.minimum", minimum, 0, 1);
    }

    /** The weight as FLOAT, above 0. */
    public Column of(Column position) {
        Column inverse = lit(1.0).divide(position.plus(lit(1 + smooth)));
        return least(greatest(inverse, lit(minimum)), lit(1.0)).cast("float");
    }
}
