package io.pushrank.jobs.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.moment.SecondMoment;
import org.apache.spark.sql.Column;

/**
 * Delete-a-group jackknife (Quenouille 1956; Shao and Tu 1995, section 2.3): users are cut into parts, and a figure is made
 * anew without each part in turn; how much it moves tells how much of it is chance.
 */
public final class Jackknife {
    private static final int PARTS = 32;

    private Jackknife() {}

    /** The part that a row's user is in, STRING: the same for every version that is compared. */
    public static Column part() {
        return pmod(xxhash64(lit("promotion"), col("user_id")), lit(PARTS)).cast("string");
    }

    /**
     * The 95 % interval of a figure.
     *
     * @param figure of all users
     * @param without the figure without each part in turn
     * @return NaN at both ends with fewer than two parts, or where the figure is undefined without one of them: then that
     *     part's users alone decide, and nothing tells how other users would
     */
    public static Bootstrap.Interval interval(double figure, double[] without) {
        int parts = without.length;
        if (parts < 2) {
            return new Bootstrap.Interval(Double.NaN, Double.NaN);
        }
        double squares = new SecondMoment().evaluate(without);
        double half = new TDistribution(parts - 1).inverseCumulativeProbability(0.975)
                * Math.sqrt(squares * (parts - 1) / parts);
        return new Bootstrap.Interval(figure - half, figure + half);
    }
}
