package io.pushrank.jobs.fact;

import io.pushrank.jobs.table.Table;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What several pieces of work of one instant read: calculated once for all of them, when the first asks, and kept until it is
 * closed. These are the views that are marked as reused, and what is known of users: few rows, made of many.
 *
 * <p>Work that finds other files of an input than there were when the sharing began calculates its own rows.
 */
public final class SharedRelations implements AutoCloseable {
    /** Null where nothing is shared. */
    private final Relations relations;
    /** The columns that some work reads, by view or family. */
    private final Map<String, Set<String>> columns;
    /** The inputs that these are made of, by view or family. */
    private final Map<String, Set<Table>> tables;

    private final Map<Table, List<String>> states = new EnumMap<>(Table.class);
    private final Map<String, Dataset<Row>> rows = new HashMap<>();

    private SharedRelations(Relations relations, Map<String, Set<String>> columns, Map<String, Set<Table>> tables) {
        this.relations = relations;
        this.columns = columns;
        this.tables = tables;
        tables.values().forEach(some -> some.forEach(table -> states.computeIfAbsent(table, relations::state)));
    }

    /** Nothing: each piece of work calculates what it reads. */
    public static SharedRelations none() {
        return new SharedRelations(null, Map.of(), Map.of());
    }

    /**
     * What at least two of some pieces of work read, of inputs alone.
     *
     * @param relations of the instant, which expect all that is shared from then on; closed with it
     */
    public static SharedRelations of(Relations relations, List<Needs> works) {
        Facts facts = relations.facts();
        Map<String, Set<String>> columns = new HashMap<>();
        Map<String, Set<Table>> tables = new HashMap<>();
        names(facts).forEach(name -> {
            Set<Table> of = new Needs(facts).relation(name).tables();
            List<Set<String>> read = works.stream()
                    .map(work -> work.columnsOf(name))
                    .filter(some -> !some.isEmpty())
                    .toList();
            if (read.size() > 1 && of.stream().allMatch(SharedRelations::isInput)) {
                Set<String> all = new TreeSet<>();
                read.forEach(all::addAll);
                columns.put(name, all);
                tables.put(name, of);
            }
        });
        works.forEach(relations::expect);
        return new SharedRelations(relations, columns, tables);
    }

    private static Stream<String> names(Facts facts) {
        return Stream.concat(
                facts.viewNames().stream()
                        .filter(name -> facts.view(name).orElseThrow().isReused()),
                facts.families().values().stream()
                        .filter(family -> isOfUsers(facts, family))
                        .map(Family::name));
    }

    /** Of items and authors, each work calculates what is known of those at hand, which may be few; users are the same ones. */
    private static boolean isOfUsers(Facts facts, Family family) {
        return family.isOfOneKey()
                && family.key().get(0).row().equals("user_id")
                // Else it is calculated on the rows at hand.
                && facts.relations().contains(family.name());
    }

    /** What a stage writes is not there yet, or is about to be written anew. */
    private static boolean isInput(Table table) {
        return table.group() != Table.Group.OUTPUT || table == Table.SENDS;
    }

    /**
     * The rows of a view or family, in the session that they are shared by.
     *
     * @param wanted the columns that are asked for; empty: all
     * @param state what the work that asks sees of a table, see {@link Relations#state}
     * @return empty where they are not shared, lack a column, or are made of other files than the work sees
     */
    Optional<Dataset<Row>> rows(String name, Optional<Set<String>> wanted, Function<Table, List<String>> state) {
        Set<String> shared = columns.getOrDefault(name, Set.of());
        boolean isThere =
                shared.contains(Needs.ALL) || wanted.map(shared::containsAll).orElse(false);
        return isThere
                        && tables.get(name).stream()
                                .allMatch(table -> states.get(table).equals(state.apply(table)))
                ? Optional.of(rows.computeIfAbsent(name, relations::calculatedAndKept))
                : Optional.empty();
    }

    @Override
    public void close() {
        if (relations != null) {
            relations.close();
        }
    }
}
