package io.pushrank.jobs.table;

import io.pushrank.jobs.config.Resources;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;

/** The tables as a page for people, made from their DDL, and what files of the inputs may look like. */
public final class DataDictionary {
    private DataDictionary() {}

    /** Markdown: a section a table, a row a column. */
    public static String markdown() {
        return "# Data dictionary\n\nMade from the DDL in `jobs/src/main/java/io/pushrank/jobs/table/Table.java`;"
                + " a test holds it to that.\n"
                + Resources.text("dictionary/files.md")
                + Arrays.stream(Table.values()).map(DataDictionary::section).collect(Collectors.joining());
    }

    private static String section(Table table) {
        StringBuilder text = new StringBuilder("\n## ")
                .append(table.tableName())
                .append("\n\n")
                .append(kind(table));
        text.append(" Key: ").append(String.join(", ", table.key())).append(".\n\n");
        text.append("| column | type | required | meaning |\n|---|---|---|---|\n");
        for (StructField field : table.schema().fields()) {
            text.append("| ").append(field.name());
            text.append(" | ").append(field.dataType().sql());
            text.append(" | ").append(field.nullable() ? "" : "yes");
            text.append(" | ").append(field.getComment().getOrElse(() -> "")).append(" |\n");
        }
        return text.toString();
    }

    private static String kind(Table table) {
        return switch (table.group()) {
            case STATE -> (table.isRequired() ? "Required" : "Optional") + " input, a snapshot a day.";
            case EVENT ->
                (table.isRequired() ? "Required" : "Optional") + " input, the events of a day by "
                        + table.eventTime().orElseThrow() + ".";
            case OUTPUT -> "Output.";
            case MODEL -> "Part of the " + table.modelFolder() + " model.";
            case ORACLE -> "Truth of a synthetic world; no stage reads it.";
        };
    }
}
