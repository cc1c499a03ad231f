package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;

/**
 * Something that is measured beside its roof: what the same machine can do at most, in the same process and interleaved
 * with it, so that the ratio holds on a noisy machine. A bench is one file and one line in {@link Benches}.
 */
public interface Bench {
    /** What stands after {@code bench} on the command line, and names the JSON file. */
    String name();

    /** One line for people. */
    String summary();

    /** Measures; prints progress as it goes. */
    Metrics measure(BenchContext context);
}
