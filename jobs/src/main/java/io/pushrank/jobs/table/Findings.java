package io.pushrank.jobs.table;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What validation found that no row alone can tell.
 *
 * @param reasons for each table the reason codes that at least one of its rows has
 */
public record Findings(Map<Table, Set<String>> reasons) {
    static final String DUPLICATE_KEY = "duplicate_key";

    /** Nothing found, as in a world that was just generated. */
    public static Findings none() {
        return new Findings(Map.of());
    }

    boolean hasDuplicates(Table table) {
        return reasons.getOrDefault(table, Set.of()).contains(DUPLICATE_KEY);
    }

    List<Check.References> dangling(Table table) {
        return table.checks().stream()
                .filter(Check.References.class::isInstance)
                .map(Check.References.class::cast)
                .filter(reference -> reasons.getOrDefault(table, Set.of()).contains(reference.reason()))
                .toList();
    }
}
