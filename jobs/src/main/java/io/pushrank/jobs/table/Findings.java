package io.pushrank.jobs.table;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What validation found that no row alone can tell.
 *
 * @param reasons for each table the reason codes that at least one of its rows has
 */
public record Findings(Map<Table, Set<String>> reasons) {
    /** Another row of the same key says the same. */
    static final String DUPLICATE_KEY = "duplicate_key";
    /** Another row of the same key says something else. */
    static final String CONTRADICTING_KEY = "contradicting_key";

    /** Nothing found, as in a world that was just generated. */
    public static Findings none() {
        return new Findings(Map.of());
    }

    /** What was found of some tables, as text: how they are read depends on it. */
    public List<String> lines(Set<Table> tables) {
        return reasons.entrySet().stream()
                .filter(each ->
                        tables.contains(each.getKey()) && !each.getValue().isEmpty())
                .map(each -> each.getKey().tableName() + " " + new TreeSet<>(each.getValue()))
                .sorted()
                .toList();
    }

    boolean hasDuplicates(Table table) {
        Set<String> found = reasons.getOrDefault(table, Set.of());
        return found.contains(DUPLICATE_KEY) || found.contains(CONTRADICTING_KEY);
    }

    /** The references of a table that dangle in some rows: what is left of it depends on the tables that they refer to. */
    public List<Check.References> dangling(Table table) {
        return table.checks().stream()
                .filter(Check.References.class::isInstance)
                .map(Check.References.class::cast)
                .filter(reference -> reasons.getOrDefault(table, Set.of()).contains(reference.reason()))
                .toList();
    }
}
