package io.pushrank.jobs.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.apache.spark.unsafe.types.UTF8String;

/** The names that a mistyped one was probably meant to be. */
public final class Nearest {
    private static final int MOST = 3;

    private Nearest() {}

    /** The nearest names by edit distance, the nearest first, as a list for a message. */
    public static String to(String name, Collection<String> known) {
        UTF8String wanted = UTF8String.fromString(name);
        return known.stream()
                .sorted(Comparator.<String>comparingInt(
                                each -> UTF8String.fromString(each).levenshteinDistance(wanted))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .collect(Collectors.joining(", "));
    }
}
