package io.pushrank.jobs.bench;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * What a bench is given.
 *
 * @param spark the session
 * @param directory a folder for what the bench writes, kept from run to run
 * @param data folder of data that the bench does not make itself; null when none was named
 * @param params params file of the model that soak scores with; null for the full-size one
 * @param rounds measurements of each figure; the median counts
 * @param worlds what worlds are measured on
 * @param verbs runs a verb of the command line in this session
 * @param out receives progress and tables
 */
public record BenchContext(
        SparkSession spark,
        String directory,
        String data,
        String params,
        int rounds,
        Worlds worlds,
        Verbs verbs,
        PrintStream out) {

    /**
     * Generated worlds of several sizes.
     *
     * @param users accounts of each
     * @param days days of events
     * @param seed decides every row
     * @param isSkewed whether some keys have far more than their share of the rows
     * @param rankers models folder whose light and heavy ranker score in them
     */
    public record Worlds(List<Long> users, int days, long seed, boolean isSkewed, String rankers) {}

    /** Runs verbs of the command line. */
    @FunctionalInterface
    public interface Verbs {
        /** Exit code of a verb with its options. */
        int run(String... arguments);
    }

    /**
     * Runs a verb as a user would, so that what is measured is what users run.
     *
     * @param common options that several verbs share
     * @throws IllegalStateException when the verb fails
     */
    void verb(List<String> common, String... arguments) {
        String[] all = Stream.concat(Arrays.stream(arguments), common.stream()).toArray(String[]::new);
        out.println("$ pushrank " + String.join(" ", all));
        int code = verbs.run(all);
        if (code != 0) {
            throw new IllegalStateException(
                    "the bench's own step failed with exit code " + code + ": pushrank " + String.join(" ", all));
        }
    }
}
