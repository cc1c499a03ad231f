package io.pushrank.jobs.examples;

import io.pushrank.jobs.exit.PushrankException;
import java.sql.Timestamp;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Examples that a model learns from, and later ones that it is held against, which decide when to stop and fit the heavy
 * ranker's calibration.
 *
 * @param earlier rows of EXAMPLES
 * @param heldOut rows of EXAMPLES, all of later as-of instants
 */
public record SplitExamples(Dataset<Row> earlier, Dataset<Row> heldOut) {
    /**
     * Holds out the last of the as-of instants.
     *
     * @param share of the instants, above 0 and below 1
     * @throws PushrankException with exit code 3 when there is one instant only
     */
    public static SplitExamples byShare(Dataset<Row> examples, double share) {
        Timestamp instant = ExampleTable.holdout(examples, share);
        Dataset<Row> earlier = ExampleTable.before(examples, instant);
        if (earlier.isEmpty()) {
            throw PushrankException.input("examples are of one as-of instant, " + instant
                    + ": training needs earlier ones than it is held against");
        }
        return new SplitExamples(earlier, ExampleTable.from(examples, instant));
    }

    /** The instants of both. */
    public TrainedOn range() {
        TrainedOn learned = TrainedOn.of(earlier);
        return new TrainedOn(
                learned.first(), learned.last(), TrainedOn.of(heldOut).last());
    }
}
