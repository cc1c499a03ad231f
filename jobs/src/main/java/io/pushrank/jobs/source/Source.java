package io.pushrank.jobs.source;

import io.pushrank.jobs.table.Query;
import java.util.Map;
import java.util.Optional;

/**
 * Where candidates come from: one SQL file that gives {@code user_id, item_id, score, actors}, the best scores first.
 *
 * @param query the file in {@code sources/}
 * @param summary what it gives, in one sentence: its row in the README's table
 * @param network whether its candidates are shown as by followed accounts, by others, or either
 * @param setting column of table users that must be TRUE for a recipient to get any of them; empty when none must
 * @param limit candidates a user at most
 * @param parameters named parameters of the SQL
 */
public record Source(
        Query query,
        String summary,
        Network network,
        Optional<String> setting,
        int limit,
        Map<String, Object> parameters) {
    /** Folder of the SQL files. */
    public static final String FOLDER = "sources";

    /** Whose posts a source shows. */
    public enum Network {
        IN,
        OUT,
        BOTH
    }

    public String name() {
        return query.name();
    }

    static String file(String name) {
        return FOLDER + "/" + name + ".sql";
    }
}
