package io.pushrank.jobs.table;

import java.time.LocalDate;

/**
 * Where everything is.
 *
 * @param input folder of the input tables, or a world: a folder with the tables in {@code 0-inputs}
 * @param output root of what runs write
 * @param models root of the model packages
 */
public record Layout(String input, String output, String models) {
    /** Folder of the input tables inside a world. */
    public static final String INPUTS = "0-inputs";

    public Layout {
        input = withoutSlash(input);
        output = withoutSlash(output);
        models = withoutSlash(models);
    }

    public String inputTable(Storage storage, Table table) {
        String inWorld = input + "/" + INPUTS;
        return (storage.exists(inWorld) ? inWorld : input) + "/" + table.tableName();
    }

    /** A published partition of an output table. */
    public String partition(Table table, LocalDate date) {
        return outputTable(table) + "/" + day(date);
    }

    /** A published partition of what a stage removed, or of its counts. */
    public String partition(Table table, LocalDate date, String stage) {
        return partition(table, date) + "/stage=" + stage;
    }

    public String outputTable(Table table) {
        return output + "/" + table.tableName();
    }

    /** A published tile: of the 24 hours that end at the day's as-of instant. */
    public String tile(String name, LocalDate day) {
        return output + "/tiles/" + name + "/" + day(day);
    }

    /** Where rows of an input table go that cannot be used. */
    public String quarantine(Channel channel, LocalDate date, Table table) {
        return output + "/" + channel.quarantine() + "/" + day(date) + "/table=" + table.tableName();
    }

    /** Folder of all days' manifests. */
    public String manifests() {
        return output + "/_runs";
    }

    public String manifests(LocalDate date) {
        return manifests() + "/" + day(date);
    }

    /** Folder of the days' publication logs. */
    public String publications(Channel channel) {
        return output + "/_published/" + channel.folder();
    }

    /** What a run found its inputs to be, in counts. */
    public String profiles(LocalDate date, String runId) {
        return output + "/_profiles/" + day(date) + "/" + runId + ".json";
    }

    /** Folder of what validation found partitions of input tables to hold. */
    public String indexes() {
        return output + "/_indexes";
    }

    /** Folder of the indexes of a table's partitions. */
    public String indexes(Table table) {
        return indexes() + "/" + table.tableName();
    }

    /** Folder of all runs' unpublished files. */
    public String staging() {
        return output + "/_staging";
    }

    /** Folder of a run's unpublished files: no other run writes there. */
    public String staging(String runId) {
        return staging() + "/" + runId;
    }

    /** Folder of files that are published where they were written. */
    public String data() {
        return output + "/_data";
    }

    /** A path below the output's root, without that root. */
    public String relative(String path) {
        if (!path.startsWith(output + "/")) {
            throw new IllegalArgumentException(path + " is not below " + output);
        }
        return path.substring(output.length() + 1);
    }

    /** Name of a day's partition folder. */
    public static String day(LocalDate date) {
        return "ds=" + date;
    }

    private static String withoutSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
