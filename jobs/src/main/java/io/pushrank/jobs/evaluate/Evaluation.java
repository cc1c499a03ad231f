package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Storage;
import java.io.PrintStream;
import java.util.List;

/**
 * What an evaluation found.
 *
 * @param file where its {@code metrics.json} goes
 * @param table the same for people, figures beside what they compare with
 * @param notes what a reader of the figures must know
 * @param page the same as HTML with plots, written beside the file; null: none
 */
public record Evaluation(String file, Metrics metrics, String table, List<String> notes, String page) {
    static final String FILE = "metrics.json";

    Evaluation(String file, Metrics metrics, String table, List<String> notes) {
        this(file, metrics, table, notes, null);
    }

    /** Writes the file and prints the table. */
    public void publish(Storage storage, PrintStream out) {
        storage.write(file, metrics.toJson());
        out.print(table);
        notes.forEach(note -> out.println("Note: " + note));
        out.println("written to " + file);
        if (page != null) {
            String html = file.substring(0, file.lastIndexOf('/') + 1) + "index.html";
            storage.write(html, page);
            out.println("page: " + html);
        }
    }
}
