package io.pushrank.jobs.table;

import java.util.Locale;

/** Who publishes: each channel has its own logs. */
public enum Channel {
    /** The stages of the daily flow. */
    DAILY("quarantine", true),
    /** Training examples, made beside it. They are of many days, of which each may be unlike the others. */
    EXAMPLES("examples_quarantine", false),
    /** Partial aggregates of input tables, of which runs of several days are made. */
    TILES("", false),
    /** What evaluations found models to predict. */
    PREDICTIONS("", false);

    private final String quarantine;
    private final boolean isGated;

    Channel(String quarantine, boolean isGated) {
        this.quarantine = quarantine;
        this.isGated = isGated;
    }

    /** Name of the folder of its logs. */
    String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of the folder of the input rows that its runs cannot use: those that only examples read lie apart. */
    String quarantine() {
        return quarantine;
    }

    /** Whether its inputs are compared with those of earlier days. */
    public boolean isGated() {
        return isGated;
    }
}
