package io.pushrank.jobs.examples;

import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * As-of instants of the examples that a model was made with, those held out included: they chose the checkpoint and the
 * calibration. A model that was started from another one was made with the other's examples too. Kept among the manifest's
 * metrics, in seconds since 1970.
 *
 * @param learned the last one that was learned from; those after it chose the checkpoint or the calibration
 */
public record TrainedOn(Instant first, Instant learned, Instant last) {
    private static final String FIRST = "examples_first_as_of";
    private static final String LEARNED = "examples_last_learned_as_of";
    private static final String LAST = "examples_last_as_of";

    public static TrainedOn of(Dataset<Row> examples) {
        Row ends = examples.agg(min("as_of"), max("as_of")).head();
        Instant last = ends.getTimestamp(1).toInstant();
        return new TrainedOn(ends.getTimestamp(0).toInstant(), last, last);
    }

    /** What a package says; empty when it was written by other means. */
    public static Optional<TrainedOn> of(ModelPackage model) {
        Map<String, Double> metrics = model.manifest().metrics();
        return metrics.containsKey(FIRST) && metrics.containsKey(LAST)
                ? Optional.of(new TrainedOn(
                        instant(metrics.get(FIRST)),
                        instant(metrics.getOrDefault(LEARNED, metrics.get(LAST))),
                        instant(metrics.get(LAST))))
                : Optional.empty();
    }

    /**
     * Refuses examples of instants that a model was made with: they would flatter it.
     *
     * @param firstInstant of the examples that were chosen
     * @throws PushrankException with exit code 2
     */
    public void requireBefore(Instant firstInstant, ModelPackage model) {
        if (!firstInstant.isAfter(last)) {
            throw PushrankException.usage("--from must be after " + last
                    + ", the last instant of the examples that model " + model.directory()
                    + " was made with; the first instant chosen is " + firstInstant);
        }
    }

    /** With examples up to an instant besides, of which nothing was learned. */
    public TrainedOn heldOutUntil(Instant instant) {
        return new TrainedOn(first, learned, instant.isAfter(last) ? instant : last);
    }

    /** From the earlier start to the later end of the two. */
    public TrainedOn with(TrainedOn other) {
        return new TrainedOn(
                first.isBefore(other.first) ? first : other.first,
                learned.isAfter(other.learned) ? learned : other.learned,
                last.isAfter(other.last) ? last : other.last);
    }

    public ModelExport addedTo(ModelExport export) {
        Map<String, Double> metrics = new TreeMap<>(export.metrics());
        metrics.put(FIRST, (double) first.getEpochSecond());
        metrics.put(LEARNED, (double) learned.getEpochSecond());
        metrics.put(LAST, (double) last.getEpochSecond());
        return new ModelExport(export.directory(), export.kind(), export.shape(), export.seed(), metrics);
    }

    private static Instant instant(double seconds) {
        return Instant.ofEpochSecond((long) seconds);
    }
}
