package io.pushrank.jobs.metric;

import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.udf.model.Calibration;
import org.apache.spark.sql.Column;

/** {@link Calibration#conditional} of columns. */
public final class ConditionalProbability {
    private ConditionalProbability() {}

    /**
     * P(engagement | oonc), DOUBLE in [0, 1]; 0 where nothing can be opened, NULL where either is.
     *
     * @param joint P(engagement)
     * @param oonc P(oonc)
     */
    public static Column of(Column joint, Column oonc) {
        Column divisor = oonc.cast("double");
        Column dividend = joint.cast("double");
        return when(divisor.gt(0).and(dividend.isNotNull()), least(lit(1.0), dividend.divide(divisor)))
                .when(divisor.leq(0).and(dividend.isNotNull()), lit(0.0));
    }
}
