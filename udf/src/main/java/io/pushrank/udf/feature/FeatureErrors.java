package io.pushrank.udf.feature;

import io.pushrank.udf.model.ModelException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkThrowable;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.util.AccumulatorV2;

/**
 * Counts the values that are missing because a feature's expression raised an error or gave no finite number, by feature
 * and error.
 *
 * <p>Counts are upper bounds: a row whose task is repeated after it succeeded, since an executor with its results was lost,
 * is counted again. Of a sparse_continuous feature, numbers of the map that are not finite are counted one by one.
 */
public final class FeatureErrors extends AccumulatorV2<FeatureErrors.Failure, Map<FeatureErrors.Failure, Long>> {
    private static final long serialVersionUID = 1L;
    private static final String NOT_FINITE = "NOT_FINITE";

    /**
     * Why a feature has no value.
     *
     * @param error Spark's name of the error, such as DIVIDE_BY_ZERO, or else the exception's class
     */
    public record Failure(String feature, String error) implements Serializable {}

    /** Of many threads: while a task counts, its executor's heartbeat reads. */
    private final ConcurrentHashMap<Failure, Long> counts = new ConcurrentHashMap<>();

    private FeatureErrors() {}

    /** Nothing counted yet, and known to the session's executors. */
    public static FeatureErrors of(SparkSession spark) {
        FeatureErrors errors = new FeatureErrors();
        spark.sparkContext().register(errors);
        return errors;
    }

    /**
     * Counts an error of a feature's expression. Called by generated code.
     *
     * <p>An exception that is not about the row's values is thrown again: a task that was killed or interrupted, a file that
     * cannot be read, a model that is rejected, an error inside Spark.
     */
    public void failed(String feature, Exception error) {
        if (isFatal(error)) {
            // As it is: not every one of Spark's own is unchecked.
            Platform.throwException(error);
        }
        add(new Failure(feature, nameOf(error)));
    }

    /** Counts a value that is NaN or infinite. Called by generated code. */
    public void notFinite(String feature) {
        add(new Failure(feature, NOT_FINITE));
    }

    private static boolean isFatal(Exception error) {
        String condition = error instanceof SparkThrowable spark ? spark.getCondition() : null;
        if (condition == null ? !(error instanceof RuntimeException) : condition.startsWith("INTERNAL_ERROR")) {
            return true;
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error
                    || cause instanceof InterruptedException
                    || cause instanceof TaskKilledException
                    || cause instanceof IOException
                    || cause instanceof UncheckedIOException
                    || cause instanceof ModelException) {
                return true;
            }
        }
        return false;
    }

    private static String nameOf(Exception error) {
        return error instanceof SparkThrowable spark && spark.getCondition() != null
                ? spark.getCondition()
                : error.getClass().getSimpleName();
    }

    /** For each feature that lost values the errors, most frequent first: {@code DIVIDE_BY_ZERO in 12 rows}. */
    public Map<String, String> report() {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<Failure, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(count -> count.getKey().error()))
                .collect(Collectors.groupingBy(
                        count -> count.getKey().feature(),
                        TreeMap::new,
                        Collectors.mapping(FeatureErrors::text, Collectors.joining(", "))));
    }

    private static String text(Map.Entry<Failure, Long> count) {
        return count.getKey().error() + " in " + count.getValue() + (count.getValue() == 1 ? " row" : " rows");
    }

    @Override
    public boolean isZero() {
        return counts.isEmpty();
    }

    @Override
    public FeatureErrors copy() {
        FeatureErrors copy = new FeatureErrors();
        copy.counts.putAll(counts);
        return copy;
    }

    @Override
    public void reset() {
        counts.clear();
    }

    @Override
    public void add(Failure failure) {
        counts.merge(failure, 1L, Long::sum);
    }

    @Override
    public void merge(AccumulatorV2<Failure, Map<Failure, Long>> other) {
        other.value().forEach((failure, count) -> counts.merge(failure, count, Long::sum));
    }

    @Override
    public Map<Failure, Long> value() {
        return counts;
    }
}
