package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A partial aggregate of an event table: an SQL file of {@code conf/tiles}. It is made once for the 24 hours that end at each
 * day's as-of instant, so that what is known at an instant is made of tiles rather than of all events. Views read it as a
 * relation with a row for each key and day.
 *
 * @param query the file; it groups by the key and by {@code days_ago}
 * @param table whose rows it sums up
 * @param key columns that tell its rows of a day apart
 */
public record Tile(Query query, Table table, List<String> key) {
    /** How many days before the as-of instant the 24 hours end. */
    static final String DAYS_AGO = "days_ago";

    private static final String OF = "of";
    private static final String KEY = "key";

    public Tile {
        key = List.copyOf(key);
    }

    /**
     * Parses a file.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when its head comment and its SELECT do not fit
     */
    static Tile of(String name, NamedText file) {
        Query query = Query.of(name, file, Set.of(OF, KEY));
        Head head = query.head();
        List<String> events = Table.inputs()
                .filter(table -> table.group() == Table.Group.EVENT)
                .map(Table::tableName)
                .toList();
        Head.Entry of = head.one(OF, "one of " + events);
        if (!events.contains(of.value())) {
            throw head.problem(of, OF + " must be one of " + events + ", but is \"" + of.value() + "\"");
        }
        Head.Entry entry = head.one(KEY, "\"COLUMN, …\"");
        List<String> key = Arrays.asList(entry.value().split(",\\s*", -1));
        List<String> wanted = new ArrayList<>(key);
        wanted.add(DAYS_AGO);
        Set<String> selected = Plans.outputs(query.plan()).keySet();
        for (String column : wanted) {
            if (!selected.contains(column)) {
                throw head.problem(
                        entry,
                        "a tile must be one SELECT that gives " + wanted + ", but lacks " + column + " among "
                                + selected);
            }
        }
        return new Tile(query, Table.named(of.value()), key);
    }

    public String name() {
        return query.name();
    }
}
