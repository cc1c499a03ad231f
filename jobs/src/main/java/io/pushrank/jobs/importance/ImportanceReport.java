package io.pushrank.jobs.importance;

import io.pushrank.jobs.report.BarChart;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.udf.model.VariableNames;
import java.util.ArrayList;
import java.util.List;

/** The part {@code importance} of an evaluation, for people. */
public final class ImportanceReport {
    private static final int MOST = 20;

    private final Metrics importance;

    /** @param importance as {@link FeatureImportance#of} gives it */
    public ImportanceReport(Metrics importance) {
        this.importance = importance;
    }

    /** The features that lose most, and all families. */
    public String text() {
        return "\nWhat is lost when a feature's values are permuted among " + sampled()
                + ", with 95 % intervals over users\n" + features(MOST) + "\n" + families();
    }

    /** Adds a section with bars, and a table of all features. */
    public void addTo(HtmlPage page) {
        page.append("<h2>Importance of features</h2>\n<p>What is lost when their values are permuted among ")
                .append(sampled())
                .append(", with 95 % intervals over users. Features that say the same can stand in for each other: each"
                        + " alone loses little.</p>\n<div class=\"plots\">");
        page.append(bars("feature", importance.group("features")))
                .append(bars("family", importance.group("families")))
                .append("</div>\n")
                .table("Families of features", families())
                .table("Features", features(Integer.MAX_VALUE));
    }

    private static BarChart bars(String what, Metrics groups) {
        BarChart chart = new BarChart("ROC-AUC of " + VariableNames.OONC + " that is lost, by " + what);
        groups.names().stream().limit(MOST).forEach(name -> {
            Metrics losses = groups.group(name).group(VariableNames.OONC);
            chart.bar(
                    name,
                    losses.number("roc_auc_loss"),
                    losses.number("roc_auc_loss_low"),
                    losses.number("roc_auc_loss_high"));
        });
        return chart;
    }

    private String sampled() {
        return TextTable.count((long) importance.number("rows")) + " rows of "
                + TextTable.count((long) importance.number("users")) + " users, permutations: "
                + (long) importance.number("repeats");
    }

    private TextTable features(int most) {
        Metrics features = importance.group("features");
        List<String> names = features.names();
        TextTable table = table(
                most < names.size() ? "feature, " + most + " of " + names.size() : "feature, all " + names.size());
        names.stream().limit(most).forEach(name -> table.row(cells(name, features.group(name))));
        return table;
    }

    /** As a tree: below each family those whose names go on from its own. */
    private TextTable families() {
        TextTable table = table("family (features)");
        addBelow("", table);
        return table;
    }

    private void addBelow(String prefix, TextTable table) {
        Metrics families = importance.group("families");
        for (String name : families.names()) {
            if (name.startsWith(prefix) && name.indexOf('.', prefix.length()) < 0) {
                String indent = "  ".repeat((int)
                        prefix.chars().filter(character -> character == '.').count());
                Metrics family = families.group(name);
                table.row(cells(indent + name + " (" + (long) family.number("features") + ")", family));
                addBelow(name + ".", table);
            }
        }
    }

    private static TextTable table(String heading) {
        List<String> headings = new ArrayList<>(List.of(heading));
        for (String task : FeatureImportance.TASKS) {
            headings.add(task + " ROC-AUC");
            headings.add(task + " RCE %");
        }
        return new TextTable(headings.toArray(String[]::new));
    }

    private static List<String> cells(String name, Metrics losses) {
        List<String> cells = new ArrayList<>(List.of(name));
        for (String task : FeatureImportance.TASKS) {
            for (String figure : FeatureImportance.FIGURES) {
                cells.add(TextTable.figure(losses.group(task), figure + "_loss"));
            }
        }
        return cells;
    }
}
