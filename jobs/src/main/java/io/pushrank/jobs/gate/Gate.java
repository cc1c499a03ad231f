package io.pushrank.jobs.gate;

import java.util.Locale;

/** Every gate, in the order in which they are judged; its name is what {@code --accept} takes. */
enum Gate {
    INPUT_VOLUME("rows of the table over the median of the trailing days"),
    INPUT_NULLS("rise of the column's share of NULL above that of the trailing days together"),
    INPUT_DRIFT("PSI of the column's values against the trailing days together"),
    OUTPUT_VOLUME(
            "rows of the table, eligible targets, and sends for each of them, over the median of the trailing days"),
    OUTPUT_NULLS("rise of the column's share of NULL above that of the trailing days together"),
    OUTPUT_MIX("PSI of the sends' notification types against the trailing days together"),
    OUTPUT_SCORE("PSI of the sends' p_oonc against the trailing days together");

    private final String figure;

    Gate(String figure) {
        this.figure = figure;
    }

    String gateName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is judged, for the page of settings. */
    String figure() {
        return figure;
    }
}
