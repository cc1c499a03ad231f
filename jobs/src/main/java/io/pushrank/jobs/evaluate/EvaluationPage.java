package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.importance.ImportanceReport;
import io.pushrank.jobs.report.Chart;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.List;

/** An evaluation as one HTML file that needs nothing else: figures and plots. */
final class EvaluationPage {
    private static final int POINTS = 300;
    private static final int BARS = 40;
    private final HtmlPage html;

    private EvaluationPage(String title, ModelPackage model, Metrics metrics, List<String> notes) {
        html = new HtmlPage(
                title,
                model.directory() + ", examples from " + metrics.text("from") + " to " + metrics.text("to") + ", "
                        + TextTable.count((long) metrics.number("rows")) + " rows",
                notes);
    }

    static String heavy(ModelPackage model, Metrics metrics, TaskMetrics tasks, List<String> notes) {
        EvaluationPage page = new EvaluationPage("Heavy ranker " + model.version(), model, metrics, notes);
        page.tasks("All rows", metrics);
        for (String task : TaskMetrics.TASKS) {
            page.plots(task, tasks);
        }
        page.tasks("New users", metrics.group("new_users"));
        for (String kind : List.of("by_source", "by_user_state")) {
            for (String group : metrics.group(kind).names()) {
                page.tasks(
                        kind.substring(3).replace('_', ' ') + ": " + group,
                        metrics.group(kind).group(group));
            }
        }
        page.byUser(metrics.group("by_user"));
        if (metrics.names().contains("importance")) {
            new ImportanceReport(metrics.group("importance")).addTo(page.html);
        }
        return page.end();
    }

    static String light(ModelPackage model, Metrics metrics, List<String> notes) {
        EvaluationPage page = new EvaluationPage("Light ranker " + model.version(), model, metrics, notes);
        page.html.append("<div class=\"plots\">");
        for (String figure : List.of("recall", "cgr")) {
            for (int best : LightEvaluation.BEST) {
                Chart chart = new Chart(
                        figure + " of the best " + best,
                        "kept N",
                        figure,
                        LightEvaluation.KEPT.get(LightEvaluation.KEPT.size() - 1),
                        1);
                for (String policy : List.of("light", "random")) {
                    List<Chart.Point> points = new ArrayList<>();
                    for (int n : LightEvaluation.KEPT) {
                        points.add(new Chart.Point(
                                n,
                                metrics.group(policy)
                                        .group("n_" + n)
                                        .group(figure)
                                        .number("k_" + best)));
                    }
                    chart.line(policy, points);
                }
                page.html.append(chart);
            }
        }
        double most = 1e-9;
        for (String policy : List.of("light", "random")) {
            for (int n : LightEvaluation.KEPT) {
                most = Math.max(most, metrics.group(policy).group("n_" + n).number("score_loss"));
            }
        }
        Chart loss = new Chart(
                "score loss",
                "kept N",
                "score loss",
                LightEvaluation.KEPT.get(LightEvaluation.KEPT.size() - 1),
                most * 1.1);
        for (String policy : List.of("light", "random")) {
            List<Chart.Point> points = new ArrayList<>();
            for (int n : LightEvaluation.KEPT) {
                points.add(
                        new Chart.Point(n, metrics.group(policy).group("n_" + n).number("score_loss")));
            }
            loss.line(policy, points);
        }
        page.html.append(loss).append("</div>\n");
        page.labels(metrics.group("by_label"));
        return page.end();
    }

    private void labels(Metrics labels) {
        List<String> names = new ArrayList<>(List.of("rows"));
        names.addAll(PredictionHistogram.FIGURES);
        html.append("<h2>Predictions of each label</h2>\n<table><tr><th>label</th>");
        names.forEach(name -> html.append("<th>").append(name).append("</th>"));
        html.append("</tr>\n");
        for (String label : labels.names()) {
            Metrics figures = labels.group(label);
            row(label, names, figures);
            html.append("</tr>\n");
            if (HeavyEvaluation.isWeightTold(figures)) {
                row(label + ", weighted", names, figures.group("weighted"));
                html.append("</tr>\n");
            }
        }
        html.append("</table>\n");
    }

    private void tasks(String heading, Metrics metrics) {
        html.append("<h2>").append(HtmlPage.escaped(heading)).append("</h2>\n<table><tr>");
        List<String> names = new ArrayList<>(List.of("rows"));
        names.addAll(TaskMetrics.FIGURES);
        html.append("<th>task</th>");
        names.forEach(name -> html.append("<th>").append(name).append("</th>"));
        html.append("<th>ece before</th></tr>\n");
        for (String task : TaskMetrics.TASKS) {
            Metrics figures = metrics.group(task);
            task(task, names, figures);
            if (HeavyEvaluation.isWeightTold(figures)) {
                task(task + ", weighted", names, figures.group("weighted"));
            }
        }
        html.append("</table>\n");
    }

    /** A row without its end. */
    private void row(String heading, List<String> names, Metrics figures) {
        html.append("<tr><td>").append(heading).append("</td>");
        for (String name : names) {
            double value = figures.number(name);
            cell(name.equals("rows") ? TextTable.count((long) value) : TextTable.figure(value));
        }
    }

    private void task(String heading, List<String> names, Metrics figures) {
        row(heading, names, figures);
        cell(
                figures.number("rows") > 0
                        ? TextTable.figure(figures.group("before_calibration").number("ece"))
                        : "-");
        html.append("</tr>\n");
    }

    private void byUser(Metrics metrics) {
        html.append("<h2>By user, averaged over users with a positive</h2>\n<table><tr>");
        metrics.names().forEach(name -> html.append("<th>").append(name).append("</th>"));
        html.append("</tr><tr>");
        metrics.names().forEach(name -> {
            double value = metrics.number(name);
            cell(name.startsWith("users") ? TextTable.count((long) value) : TextTable.figure(value));
        });
        html.append("</tr></table>\n");
    }

    private void plots(String task, TaskMetrics tasks) {
        PredictionHistogram model = tasks.histogram("all", task, "model");
        if (model == null || !(model.ctr() > 0 && model.ctr() < 1)) {
            return;
        }
        html.append("<h2>").append(task).append("</h2>\n<div class=\"plots\">");
        html.append(new Chart("ROC", "false-positive rate", "true-positive rate", 1, 1)
                .diagonal()
                .line("model", model.rocCurve(POINTS)));
        html.append(
                new Chart("Precision and recall", "recall", "precision", 1, 1).line("model", model.prCurve(POINTS)));
        List<PredictionHistogram.Bin> bins = model.bins(TaskMetrics.BINS);
        List<PredictionHistogram.Bin> before =
                tasks.histogram("all", task, "raw").bins(TaskMetrics.BINS);
        double highest = 1e-9;
        for (List<PredictionHistogram.Bin> each : List.of(bins, before)) {
            for (PredictionHistogram.Bin bin : each) {
                highest = Math.max(highest, Math.max(bin.prediction(), bin.label()));
            }
        }
        html.append(new Chart("Calibration, 20 bins of equal rows", "predicted", "happened", highest, highest)
                .diagonal()
                .line("calibrated", reliability(bins))
                .line("before", reliability(before)));
        double[][] shares = model.shares(BARS, model.highest());
        double tallest = 1e-9;
        List<Chart.Point> positives = new ArrayList<>();
        List<Chart.Point> negatives = new ArrayList<>();
        for (int bin = 0; bin < BARS; bin++) {
            double x = (bin + 0.5) / BARS * model.highest();
            positives.add(new Chart.Point(x, shares[0][bin]));
            negatives.add(new Chart.Point(x, shares[1][bin]));
            tallest = Math.max(tallest, Math.max(shares[0][bin], shares[1][bin]));
        }
        html.append(new Chart("Scores", "predicted", "share of the class", model.highest(), tallest)
                .bars("positives", positives, model.highest() / BARS)
                .bars("negatives", negatives, model.highest() / BARS));
        List<Chart.Point> lift = new ArrayList<>();
        List<PredictionHistogram.Bin> deciles = model.bins(10);
        double most = 1;
        for (int decile = 0; decile < deciles.size(); decile++) {
            double value = deciles.get(deciles.size() - 1 - decile).label() / model.ctr();
            lift.add(new Chart.Point(decile + 0.5, value));
            most = Math.max(most, value);
        }
        html.append(
                new Chart("Lift by decile, best first", "decile", "rate / mean rate", 10, most).bars("lift", lift, 1));
        html.append("</div>\n");
    }

    private static List<Chart.Point> reliability(List<PredictionHistogram.Bin> bins) {
        return bins.stream()
                .map(bin -> new Chart.Point(bin.prediction(), bin.label()))
                .toList();
    }

    private void cell(String text) {
        html.append("<td>").append(text).append("</td>");
    }

    private String end() {
        return html.end();
    }
}
