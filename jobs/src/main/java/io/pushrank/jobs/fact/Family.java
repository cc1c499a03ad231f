package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known of one kind of key at the as-of instant: an SQL file of {@code conf/facts}. Expressions name its columns
 * {@code family.column}.
 *
 * <p>A family whose FROM clause begins with a table or view is calculated for all keys, and joined to the rows at hand by its
 * key. One whose FROM clause begins with {@code row} is calculated on the rows at hand; it may name columns of them as
 * {@code row.column}, and facts of other families.
 *
 * @param name of the family: the file's name
 * @param query the file
 * @param key columns of the family by which rows find it, each with the rows' own column
 * @param itemType type of the items that the family describes; empty for families that describe no item
 * @param isLightRanked whether the light ranker chooses among items of this type
 * @param columns what each column is, and where it comes from
 */
public record Family(
        String name,
        Query query,
        List<Key> key,
        Optional<String> itemType,
        boolean isLightRanked,
        Map<String, String> columns) {
    /** The relation of the rows at hand. */
    public static final String ROW = "row";

    /** What every family with an item type must give. */
    static final Set<String> OF_ITEMS = Set.of("author_id", "created_at", "fresh_at");

    private static final String KEY = "key";
    private static final String ITEMS = "items";
    private static final String LIGHT_RANKED = "light_ranked";
    private static final String COLUMN = "column";
    private static final String KEY_SYNTAX = "\"COLUMN\", \"COLUMN = COLUMN OF THE ROW\" or \"none\"";

    /** A key column, and the column of rows that it is compared with. */
    public record Key(String column, String row) {}

    public Family {
        key = List.copyOf(key);
        columns = Map.copyOf(columns);
    }

    /**
     * Parses a file.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when its head comment and its SELECT do not fit
     */
    static Family of(String name, NamedText file) {
        Query query = Query.of(name, file, Set.of(KEY, ITEMS, LIGHT_RANKED, COLUMN, Query.SETTING));
        Head head = query.head();
        Set<String> selected = Plans.outputs(query.plan()).keySet();
        Optional<Head.Entry> items = head.at(ITEMS);
        Family family = new Family(
                name, query, key(head), items.map(Head.Entry::value), isLightRanked(head), described(head, selected));
        Head.Entry first = head.one(KEY, KEY_SYNTAX);
        if (selected.isEmpty()) {
            throw head.problem(first, "a fact file must be one SELECT that names each column, but is not");
        }
        for (Key column : family.isOfRow() ? List.<Key>of() : family.key()) {
            if (!selected.contains(column.column())) {
                throw head.problem(
                        first,
                        "key must be columns that the SELECT gives, " + selected + ", but is " + column.column());
            }
        }
        Set<String> undescribed = new LinkedHashSet<>(selected);
        undescribed.removeAll(family.columns().keySet());
        family.key().forEach(column -> undescribed.remove(column.column()));
        if (!undescribed.isEmpty()) {
            throw head.problem(
                    first,
                    "each column of the SELECT must have a line -- column: NAME: what it is, but these have none: "
                            + undescribed);
        }
        items.ifPresent(entry -> {
            Set<String> missing = new TreeSet<>(OF_ITEMS);
            missing.removeAll(family.columns().keySet());
            if (!missing.isEmpty()) {
                throw head.problem(
                        entry, "a family of items must give " + new TreeSet<>(OF_ITEMS) + ", but lacks " + missing);
            }
        });
        return family;
    }

    private static List<Key> key(Head head) {
        Head.Entry entry = head.one(KEY, KEY_SYNTAX);
        List<Key> key = new ArrayList<>();
        if (!entry.value().equals("none")) {
            for (String part : Arrays.asList(entry.value().split(",\\s*", -1))) {
                List<String> sides = Arrays.asList(part.split("\\s*=\\s*", -1));
                if (sides.size() > 2 || sides.stream().anyMatch(side -> !side.matches("[a-z_][a-z0-9_]*"))) {
                    throw head.problem(entry, "key must be " + KEY_SYNTAX + ", but is \"" + entry.value() + "\"");
                }
                key.add(new Key(sides.get(0), sides.get(sides.size() - 1)));
            }
        }
        return key;
    }

    private static boolean isLightRanked(Head head) {
        Optional<Head.Entry> entry = head.at(LIGHT_RANKED);
        if (entry.isPresent() && !List.of("yes", "no").contains(entry.get().value())) {
            throw head.problem(
                    entry.get(),
                    LIGHT_RANKED + " must be yes or no, but is " + entry.get().value());
        }
        return entry.isPresent() && entry.get().value().equals("yes");
    }

    private static Map<String, String> described(Head head, Set<String> selected) {
        Map<String, String> columns = new TreeMap<>();
        for (Head.Entry entry : head.all(COLUMN)) {
            int colon = entry.value().indexOf(':');
            if (colon < 1 || entry.value().substring(colon + 1).isBlank()) {
                throw head.problem(
                        entry, "column must be \"NAME, …: what it is; from where\", but is \"" + entry.value() + "\"");
            }
            String text = entry.value().substring(colon + 1).strip();
            for (String column : Arrays.asList(entry.value().substring(0, colon).split(",\\s*", -1))) {
                if (!selected.contains(column)) {
                    throw head.problem(
                            entry,
                            "column must be one that the SELECT gives, but is " + column + "; the nearest are "
                                    + Nearest.to(column, selected));
                }
                if (columns.put(column, text) != null) {
                    throw head.problem(entry, "column must be described once, but is " + column + " again");
                }
            }
        }
        return columns;
    }

    /** The relation that its FROM clause begins with. */
    String base() {
        return Plans.baseRelation(query.plan());
    }

    /** Whether it is calculated on the rows at hand. */
    public boolean isOfRow() {
        return Plans.base(query.plan()).equals(Optional.of(ROW));
    }

    /** Whether it is calculated for all values of one column, such as users, which many rows share. */
    public boolean isOfOneKey() {
        return !isOfRow() && key.size() == 1;
    }
}
