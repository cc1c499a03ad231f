package io.pushrank.jobs.fact;

import io.pushrank.jobs.table.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What several pieces of work of one instant read: calculated once for all of them, when the first asks, and kept until it is
 * closed. These are the views that are marked as reused, and what is known of users: few rows, made of many.
 */
public final class SharedRelations implements AutoCloseable {
    /** Null where nothing is shared. */
    private final Relations relations;
    /** The columns that some work reads, by view or family. */
    private final Map<String, Set<String>> columns;

    private final Map<String, Dataset<Row>> rows = new HashMap<>();

    private SharedRelations(Relations relations, Map<String, Set<String>> columns) {
        this.relations = relations;
        this.columns = columns;
    }

    /** Nothing: each piece of work calculates what it reads. */
    public static SharedRelations none() {
        return new SharedRelations(null, Map.of());
    }

    /**
     * What at least two of some pieces of work read, of inputs alone.
     *
     * @param relations of the instant; closed with these
     */
    public static SharedRelations of(Relations relations, List<Needs> works) {
        Facts facts = relations.facts();
        Map<String, Set<String>> columns = new HashMap<>();
        names(facts).filter(name -> ofInputs(facts, name)).forEach(name -> {
            List<Set<String>> read = works.stream()
                    .map(work -> work.columnsOf(name))
                    .filter(some -> !some.isEmpty())
                    .toList();
            if (read.size() > 1) {
                Set<String> all = new TreeSet<>();
                read.forEach(all::addAll);
                columns.put(name, all);
            }
        });
        works.forEach(relations::expect);
        return new SharedRelations(relations, columns);
    }

    private static Stream<String> names(Facts facts) {
        return Stream.concat(
                facts.viewNames().stream()
                        .filter(name -> facts.view(name).orElseThrow().isReused()),
                facts.families().values().stream()
                        .filter(SharedRelations::isOfUsers)
                        .map(Family::name));
    }

    /** Of items and authors, each work calculates what is known of those at hand, which may be few; users are the same ones. */
    private static boolean isOfUsers(Family family) {
        return family.isOfOneKey() && family.key().get(0).row().equals("user_id");
    }

    /** What a stage writes is not there yet, or is about to be written anew. */
    private static boolean ofInputs(Facts facts, String name) {
        return new Needs(facts)
                .relation(name).tables().stream()
                        .allMatch(table -> table.group() != Table.Group.OUTPUT || table == Table.SENDS);
    }

    /**
     * The rows of a view or family, in the session that they are shared by.
     *
     * @param wanted the columns that are asked for; empty: all
     * @return empty where they are not shared, or lack a column
     */
    Optional<Dataset<Row>> rows(String name, Optional<Set<String>> wanted) {
        Set<String> shared = columns.getOrDefault(name, Set.of());
        return shared.contains(Needs.ALL) || wanted.map(shared::containsAll).orElse(false)
                ? Optional.of(rows.computeIfAbsent(name, relations::kept))
                : Optional.empty();
    }

    @Override
    public void close() {
        if (relations != null) {
            relations.close();
        }
    }
}
