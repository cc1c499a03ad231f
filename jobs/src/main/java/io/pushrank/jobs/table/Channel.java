package io.pushrank.jobs.table;

/** Who publishes: each channel has its own logs. */
public enum Channel {
    /** The stages of the daily flow. */
    DAILY("daily", "quarantine"),
    /** Training examples, which are made beside it. */
    EXAMPLES("examples", "examples_quarantine");

    private final String folder;
    private final String quarantine;

    Channel(String folder, String quarantine) {
        this.folder = folder;
        this.quarantine = quarantine;
    }

    /** Name of the folder of its logs. */
    String folder() {
        return folder;
    }

    /** Name of the folder of the input rows that its runs cannot use: those that only examples read lie apart. */
    String quarantine() {
        return quarantine;
    }
}
