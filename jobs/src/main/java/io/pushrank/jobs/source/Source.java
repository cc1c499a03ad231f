package io.pushrank.jobs.source;

import io.pushrank.jobs.table.Query;
import java.util.Locale;
import java.util.Map;

/**
 * Where candidates come from: one SQL file that gives {@code user_id, item_id, score, actors}, the best scores first.
 *
 * @param query the file in {@code sources/}
 * @param network whether its candidates are shown as by followed accounts, by others, or either
 * @param limit candidates a user at most
 * @param parameters named parameters of the SQL
 */
public record Source(Query query, Network network, int limit, Map<String, Object> parameters) {
    /** Folder of the SQL files. */
    public static final String FOLDER = "sources";

    private static final String HEADER = "network: ";

    /** Whose posts a source shows. */
    public enum Network {
        IN,
        OUT,
        BOTH
    }

    public String name() {
        return query.name();
    }

    /** What it gives, in one sentence: its row in the README's table. */
    public String summary() {
        return query.summary().substring(0, query.summary().indexOf(HEADER)).strip();
    }

    static Network networkOf(Query query) {
        int header = query.summary().indexOf(HEADER);
        if (header < 0) {
            throw new IllegalArgumentException(
                    FOLDER + "/" + query.name() + ".sql must say -- " + HEADER + "in, out or both in its head comment");
        }
        return Network.valueOf(
                query.summary().substring(header + HEADER.length()).strip().toUpperCase(Locale.ROOT));
    }
}
