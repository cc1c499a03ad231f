package io.pushrank.jobs.realgraph;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Relations;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The pairs as of one instant, and whether the one acted on the other in the 24 hours after it. Every fifth user is held out, by
 * a hash of its id.
 *
 * @param rows {@code user_id}, {@code author_id}, {@link TieModel#LABEL} (0 or 1, DOUBLE) and {@link #HELD_OUT} (BOOLEAN)
 * @param learned how many are to be learned from
 * @param heldOut how many are of users that are held out
 */
record LabeledPairs(Dataset<Row> rows, Count learned, Count heldOut) {
    static final String HELD_OUT = "is_held_out";
    private static final int EACH = 5;
    private static final long PARTS = 1_000_000_000;

    /** Pairs, those that acted and the others. */
    record Count(long acted, long others) {
        long all() {
            return acted + others;
        }

        double rate() {
            return (double) acted / all();
        }
    }

    /**
     * Labels the pairs.
     *
     * @param before relations as of the instant
     * @param after relations as of 24 hours later
     * @throws PushrankException with exit code 3 when there is no pair, none that acted, or no other one
     */
    static LabeledPairs of(PairFeatures features, Relations before, Relations after) {
        Dataset<Row> acted =
                before.here(after.query("real_graph", "acts", Map.of())).withColumn(TieModel.LABEL, lit(1.0));
        Dataset<Row> rows = before.keep(features.pairs(before)
                .join(acted, new String[] {PairFeatures.USER, PairFeatures.AUTHOR}, "left_outer")
                .select(
                        col(PairFeatures.USER),
                        col(PairFeatures.AUTHOR),
                        coalesce(col(TieModel.LABEL), lit(0.0)).as(TieModel.LABEL),
                        hash(before, lit("held out"), col(PairFeatures.USER), EACH)
                                .equalTo(0)
                                .as(HELD_OUT)));
        Count learned = count(rows.filter(col(HELD_OUT).equalTo(false)));
        if (learned.all() == 0) {
            throw PushrankException.input(
                    "tables engagements and follows hold no pair of accounts to learn from before " + before.asOf());
        }
        if (learned.acted() == 0 || learned.others() == 0) {
            throw PushrankException.input("pairs to learn from must have some that act from " + before.asOf() + " to "
                    + after.asOf() + ", and others, but of " + learned.all() + " " + learned.acted() + " do");
        }
        return new LabeledPairs(rows, learned, count(rows.filter(HELD_OUT)));
    }

    /**
     * A sample by hashes of the pairs: to learn from, those that acted up to half of the maximum, others for the rest of it; of
     * those that are held out so many, whether they acted or not.
     */
    Dataset<Row> sample(Relations before, int maximum) {
        double acted = Math.min(1, maximum / 2.0 / learned.acted());
        double others = Math.min(1, (maximum - acted * learned.acted()) / learned.others());
        double ofHeldOut = Math.min(1, (double) maximum / Math.max(1, heldOut.all()));
        Column share = when(col(HELD_OUT), lit(parts(ofHeldOut)))
                .when(col(TieModel.LABEL).equalTo(1), lit(parts(acted)))
                .otherwise(lit(parts(others)));
        return rows.filter(hash(before, col(PairFeatures.USER), col(PairFeatures.AUTHOR), PARTS)
                .lt(share));
    }

    private static long parts(double share) {
        return Math.round(share * PARTS);
    }

    private static Column hash(Relations relations, Column first, Column second, long modulus) {
        return pmod(xxhash64(lit(relations.config().seed()), first, second), lit(modulus));
    }

    private static Count count(Dataset<Row> rows) {
        long all = rows.count();
        long acted = rows.filter(col(TieModel.LABEL).equalTo(1)).count();
        return new Count(acted, all - acted);
    }
}
