package io.pushrank.jobs.fact;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The order in which families are joined to rows: each after those that it speaks of. */
final class JoinOrder {
    private final Facts facts;
    private final List<Family> order = new ArrayList<>();

    private JoinOrder(Facts facts) {
        this.facts = facts;
    }

    /** Families of one key widen each row by much. They come last, so that the joins before them carry narrow rows. */
    static List<Family> of(Facts facts) {
        JoinOrder joins = new JoinOrder(facts);
        Comparator<Family> narrowFirst = Comparator.<Family>comparingInt(family -> family.isOfOneKey() ? 1 : 0)
                .thenComparing(family -> joins.ofOneKeyBefore(family).size())
                .thenComparing(Family::name);
        facts.families().values().stream().sorted(narrowFirst).forEach(joins::place);
        return List.copyOf(joins.order);
    }

    private List<Family> spokenOf(Family family) {
        return facts.spokenOf(family, family.columns().keySet()).stream()
                .map(Reference::family)
                .distinct()
                .map(facts.families()::get)
                .toList();
    }

    private Set<Family> ofOneKeyBefore(Family family) {
        Set<Family> found = new HashSet<>();
        spokenOf(family).forEach(spoken -> {
            if (spoken.isOfOneKey()) {
                found.add(spoken);
            }
            found.addAll(ofOneKeyBefore(spoken));
        });
        return found;
    }

    private void place(Family family) {
        if (!order.contains(family)) {
            spokenOf(family).forEach(this::place);
            order.add(family);
        }
    }
}
