package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.Arrays;
import org.apache.spark.sql.Column;

/**
 * Delete-a-group jackknife (Quenouille 1956; Shao and Tu 1995, section 2.3): users are cut into parts, and a figure is made
 * anew without each part in turn; how much it moves tells how much of it is chance.
 */
final class Jackknife {
    private static final int PARTS = 32;

    /** 97.5th percentiles of Student's t with 1 to 31 degrees of freedom. */
    private static final double[] T = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
        2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
        2.0452, 2.0423, 2.0395
    };

    private Jackknife() {}

    /** The part that a row's user is in, STRING: the same for every version that is compared. */
    static Column part() {
        return pmod(xxhash64(lit("promotion"), col("user_id")), lit(PARTS)).cast("string");
    }

    /**
     * The 95 % interval of a figure.
     *
     * @param figure of all users
     * @param without the figure without each part in turn, at most 32
     * @return NaN at both ends with fewer than two parts, or where the figure is undefined without one of them: then that
     *     part's users alone decide, and nothing tells how other users would
     */
    static Bootstrap.Interval interval(double figure, double[] without) {
        int parts = without.length;
        if (parts < 2) {
            return new Bootstrap.Interval(Double.NaN, Double.NaN);
        }
        double mean = Arrays.stream(without).sum() / parts;
        double squares = 0;
        for (double value : without) {
            squares += (value - mean) * (value - mean);
        }
        double half = T[parts - 2] * Math.sqrt(squares * (parts - 1) / parts);
        return new Bootstrap.Interval(figure - half, figure + half);
    }
}
