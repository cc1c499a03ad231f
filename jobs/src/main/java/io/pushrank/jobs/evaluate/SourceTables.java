package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The figures of {@link SourcesEvaluation} as people read them. */
final class SourceTables {
    private final List<String> names;
    private final Metrics metrics;
    private final List<Sought> sought;

    /** @param names of the sources, all of them together in front */
    SourceTables(List<String> names, Metrics metrics, List<Sought> sought) {
        this.names = names;
        this.metrics = metrics;
        this.sought = sought;
    }

    /**
     * The tables by their headings, in the order in which they are shown.
     *
     * @param value what counts as best, as its column is called; null where the truth is not known
     */
    Map<String, TextTable> all(List<RoundRobinTrial> trials, String value) {
        Map<String, TextTable> tables = new LinkedHashMap<>();
        addSources(tables, value);
        tables.put(
                "What would be found with fewer candidates, by round-robin over the sources (candidates.keep)",
                kept(trials));
        return tables;
    }

    private void addSources(Map<String, TextTable> tables, String value) {
        List<String> found = new ArrayList<>(List.of("source", "candidates a user", "share only it proposes"));
        List<String> alone = new ArrayList<>(List.of("source"));
        for (Sought each : sought) {
            found.add("of " + TextTable.count((long) metrics.group("sought").number(each.key)) + " " + each.says);
            alone.add("of " + each.says);
        }
        if (value != null) {
            alone.add("best proposed " + value + " lost without it");
        }
        TextTable recall = new TextTable(found.toArray(String[]::new));
        TextTable unique = new TextTable(alone.toArray(String[]::new));
        TextTable overlap = new TextTable(Stream.concat(
                        Stream.of(SourcesEvaluation.SOURCES), names.stream().skip(1))
                .toArray(String[]::new));
        for (String name : names) {
            Metrics own = metrics.group(SourcesEvaluation.SOURCES).group(name);
            List<String> row = new ArrayList<>(List.of(
                    name,
                    String.format(Locale.ROOT, "%.1f", own.number("candidates_per_user")),
                    name.equals(SourcesEvaluation.ALL) ? "" : TextTable.figure(own.number("unique_share"))));
            sought.forEach(each -> row.add(TextTable.figure(own, "recall_" + each.key)));
            recall.row(row);
            if (!name.equals(SourcesEvaluation.ALL)) {
                List<String> only = new ArrayList<>(List.of(name));
                sought.forEach(each -> only.add(TextTable.figure(own, "unique_recall_" + each.key)));
                if (value != null) {
                    only.add(TextTable.figure(own, "value_lost_without"));
                }
                unique.row(only);
                List<String> shares = new ArrayList<>(List.of(name));
                names.stream()
                        .skip(1)
                        .forEach(other -> shares.add(
                                other.equals(name)
                                        ? ""
                                        : TextTable.figure(metrics.group("shared")
                                                .group(name)
                                                .number(other))));
                overlap.row(shares);
            }
        }
        tables.put("How much each proposes, and what it finds", recall);
        tables.put("What no other source finds", unique);
        tables.put("Share of its candidates that another source proposes too", overlap);
    }

    private TextTable kept(List<RoundRobinTrial> trials) {
        List<String> headings = new ArrayList<>(List.of("posts a user at most", "quotas", "candidates a user"));
        Sought.tried(sought).forEach(each -> headings.add("of " + each.says));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        table.row(row("all", "", metrics.group(SourcesEvaluation.SOURCES).group(SourcesEvaluation.ALL)));
        trials.forEach(trial -> {
            String keep = Integer.toString(trial.keep());
            table.row(row(
                    keep,
                    trial.says(),
                    metrics.group(SourcesEvaluation.KEPT).group(keep).group(trial.name())));
        });
        return table;
    }

    private List<String> row(String keep, String quotas, Metrics own) {
        List<String> row = new ArrayList<>(
                List.of(keep, quotas, String.format(Locale.ROOT, "%.1f", own.number("candidates_per_user"))));
        Sought.tried(sought).forEach(each -> row.add(TextTable.figure(own, "recall_" + each.key)));
        return row;
    }
}
