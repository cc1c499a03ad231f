package io.pushrank.jobs.fact;

import io.pushrank.jobs.table.Table;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** What certain facts and queries are made of: which columns of which families and views, and which tables. */
public final class Needs {
    /** Stands for every column. */
    static final String ALL = "*";

    private final Facts facts;
    /** Columns of families that are joined to rows. */
    private final Map<String, Set<String>> joined = new TreeMap<>();
    /** Columns of views and families that queries read. */
    private final Map<String, Set<String>> read = new HashMap<>();

    private final Set<Table> tables = EnumSet.noneOf(Table.class);

    public Needs(Facts facts) {
        this.facts = facts;
    }

    /** These, and what some facts need that are joined to rows. */
    public Needs facts(Collection<Reference> references) {
        references.forEach(this::fact);
        return this;
    }

    /** These, and what queries need. */
    public Needs queries(Collection<Query> queries) {
        queries.forEach(query -> plan(query.plan()));
        return this;
    }

    /** These, and every column of a view or family. */
    Needs relation(String name) {
        relation(name, null);
        return this;
    }

    /** These, and what other work needs. */
    Needs and(Needs other) {
        other.joined.forEach((family, columns) ->
                joined.computeIfAbsent(family, each -> new TreeSet<>()).addAll(columns));
        other.read.forEach((relation, columns) ->
                read.computeIfAbsent(relation, each -> new HashSet<>()).addAll(columns));
        tables.addAll(other.tables);
        return this;
    }

    /** The columns that are read of a view, or read of a family or joined to rows, {@link #ALL} among them where it is all. */
    Set<String> columnsOf(String name) {
        Set<String> columns = new TreeSet<>(read.getOrDefault(name, Set.of()));
        if (joined.containsKey(name)) {
            columns.addAll(withKey(facts.families().get(name), joined.get(name)));
        }
        return columns;
    }

    /** The tables that are read in the end. */
    public Set<Table> tables() {
        return tables;
    }

    /** Columns of families that are joined to rows, by family. */
    Map<String, Set<String>> joined() {
        return joined;
    }

    /** The columns that queries read of a view or family; empty: all. */
    Optional<Set<String>> columns(String relation) {
        Set<String> columns = read.getOrDefault(relation, Set.of(ALL));
        return columns.contains(ALL) ? Optional.empty() : Optional.of(columns);
    }

    private void fact(Reference reference) {
        Family family = facts.families().get(reference.family());
        if (joined.computeIfAbsent(family.name(), each -> new TreeSet<>()).add(reference.column())) {
            Set<String> columns = withKey(family, joined.get(family.name()));
            plan(Plans.pruned(family.query().plan(), columns));
            facts.spokenOf(family, columns).forEach(this::fact);
        }
    }

    static Set<String> withKey(Family family, Set<String> columns) {
        Set<String> all = new TreeSet<>(columns);
        family.key().forEach(key -> all.add(key.column()));
        return all;
    }

    private void plan(LogicalPlan plan) {
        Plans.columnsByRelation(plan).forEach(this::relation);
    }

    /** @param names that may be columns of the relation; null: all are asked for */
    private void relation(String name, Set<String> names) {
        Optional<View> view = facts.view(name);
        Family family = facts.families().get(name);
        if (view.isPresent() || (family != null && !family.isOfRow())) {
            Query query = view.isPresent() ? view.get().query() : family.query();
            Set<String> outputs = Plans.outputs(query.plan()).keySet();
            Set<String> wanted = new HashSet<>(read.getOrDefault(name, Set.of()));
            if (names != null) {
                names.stream().filter(outputs::contains).forEach(wanted::add);
            }
            if (names == null || wanted.isEmpty()) {
                wanted.add(ALL);
            }
            if (!wanted.equals(read.put(name, wanted))) {
                plan(wanted.contains(ALL) ? query.plan() : Plans.pruned(query.plan(), wanted));
            }
        } else if (name.equals(Facts.EARLIER_SENDS)) {
            tables.add(Table.SENDS);
        } else if (name.equals(Facts.NEAREST_POSTS)) {
            tables.add(Table.FEATURE_EMBEDDINGS);
        } else {
            Arrays.stream(Table.values())
                    .filter(table -> table.tableName().equals(name))
                    .forEach(tables::add);
        }
    }
}
