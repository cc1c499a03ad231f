package io.pushrank.jobs.evaluate;

import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An evaluation as one HTML file that needs nothing else: figures and plots. */
final class EvaluationPage {
    private static final int POINTS = 300;
    private static final int BARS = 40;
    private static final String STYLE =
            """
            body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;background:#f6f7f9;margin:0 auto;max-width:1200px;
            padding:24px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px}p{color:#5a6675;margin:4px 0}
            table{border-collapse:collapse;background:#fff;width:100%}td,th{padding:6px 10px;text-align:right;
            border-bottom:1px solid #e6e9ed;font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}
            th{color:#5a6675;font-weight:600}.plots{display:flex;flex-wrap:wrap;gap:16px}
            figure{margin:0;background:#fff;padding:12px;border:1px solid #e6e9ed;border-radius:8px}
            figcaption{font-weight:600}svg text{font:12px system-ui,sans-serif;fill:#5a6675}
            """;

    private final StringBuilder html = new StringBuilder();

    private EvaluationPage(String title, ModelPackage model, Metrics metrics, List<String> notes) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n<p>")
                .append(escaped(model.directory() + ", examples from " + metrics.text("from") + " to "
                        + metrics.text("to") + ", " + TextTable.count((long) metrics.number("rows")) + " rows"))
                .append("</p>\n");
        notes.forEach(note -> html.append("<p>Note: ").append(escaped(note)).append("</p>\n"));
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
                    List<PredictionHistogram.Point> points = new ArrayList<>();
                    for (int n : LightEvaluation.KEPT) {
                        points.add(new PredictionHistogram.Point(
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
            List<PredictionHistogram.Point> points = new ArrayList<>();
            for (int n : LightEvaluation.KEPT) {
                points.add(new PredictionHistogram.Point(
                        n, metrics.group(policy).group("n_" + n).number("score_loss")));
            }
            loss.line(policy, points);
        }
        page.html.append(loss).append("</div>\n");
        return page.end();
    }

    private void tasks(String heading, Metrics metrics) {
        html.append("<h2>").append(escaped(heading)).append("</h2>\n<table><tr>");
        List<String> names =
                List.of("rows", "roc_auc", "oracle_roc_auc", "pr_auc", "rce", "ctr", "predicted_ctr", "ece");
        html.append("<th>task</th>");
        names.forEach(name -> html.append("<th>").append(name).append("</th>"));
        html.append("<th>ece before</th></tr>\n");
        for (String task : TaskMetrics.TASKS) {
            Metrics figures = metrics.group(task);
            html.append("<tr><td>").append(task).append("</td>");
            for (String name : names) {
                double value = figures.number(name);
                cell(name.equals("rows") ? TextTable.count((long) value) : TextTable.figure(value));
            }
            cell(
                    figures.number("rows") > 0
                            ? TextTable.figure(
                                    figures.group("before_calibration").number("ece"))
                            : "-");
            html.append("</tr>\n");
        }
        html.append("</table>\n");
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
        List<PredictionHistogram.Point> positives = new ArrayList<>();
        List<PredictionHistogram.Point> negatives = new ArrayList<>();
        for (int bin = 0; bin < BARS; bin++) {
            double x = (bin + 0.5) / BARS * model.highest();
            positives.add(new PredictionHistogram.Point(x, shares[0][bin]));
            negatives.add(new PredictionHistogram.Point(x, shares[1][bin]));
            tallest = Math.max(tallest, Math.max(shares[0][bin], shares[1][bin]));
        }
        html.append(new Chart("Scores", "predicted", "share of the class", model.highest(), tallest)
                .bars("positives", positives, model.highest() / BARS)
                .bars("negatives", negatives, model.highest() / BARS));
        List<PredictionHistogram.Point> lift = new ArrayList<>();
        List<PredictionHistogram.Bin> deciles = model.bins(10);
        double most = 1;
        for (int decile = 0; decile < deciles.size(); decile++) {
            double value = deciles.get(deciles.size() - 1 - decile).label() / model.ctr();
            lift.add(new PredictionHistogram.Point(decile + 0.5, value));
            most = Math.max(most, value);
        }
        html.append(
                new Chart("Lift by decile, best first", "decile", "rate / mean rate", 10, most).bars("lift", lift, 1));
        html.append("</div>\n");
    }

    private static List<PredictionHistogram.Point> reliability(List<PredictionHistogram.Bin> bins) {
        return bins.stream()
                .map(bin -> new PredictionHistogram.Point(bin.prediction(), bin.label()))
                .toList();
    }

    private void cell(String text) {
        html.append("<td>").append(text).append("</td>");
    }

    private String end() {
        return html.append("</body></html>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** One plot, from 0 to the highest x and y. */
    private static final class Chart {
        private static final List<String> COLORS = List.of("#2563eb", "#d97706");
        private static final double LEFT = 60;
        private static final double TOP = 12;
        private static final double WIDTH = 270;
        private static final double HEIGHT = 210;

        private final StringBuilder shapes = new StringBuilder();
        private final List<String> names = new ArrayList<>();
        private final String title;
        private final String xLabel;
        private final String yLabel;
        private final double highestX;
        private final double highestY;

        Chart(String title, String xLabel, String yLabel, double highestX, double highestY) {
            this.title = title;
            this.xLabel = xLabel;
            this.yLabel = yLabel;
            this.highestX = highestX;
            this.highestY = highestY;
        }

        Chart diagonal() {
            shapes.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#b8c0ca\""
                            + " stroke-dasharray=\"4 4\"/>",
                    x(0),
                    y(0),
                    x(highestX),
                    y(highestY)));
            return this;
        }

        Chart line(String name, List<PredictionHistogram.Point> points) {
            shapes.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                    .append(color(name))
                    .append("\" points=\"");
            for (PredictionHistogram.Point point : points) {
                if (Double.isFinite(point.y())) {
                    shapes.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x()), y(point.y())));
                }
            }
            shapes.append("\"/>");
            return this;
        }

        Chart bars(String name, List<PredictionHistogram.Point> points, double width) {
            String color = color(name);
            for (PredictionHistogram.Point point : points) {
                shapes.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" fill-opacity=\"0.5\"/>",
                        x(point.x() - width / 2) + 0.5,
                        y(point.y()),
                        width / highestX * WIDTH - 1,
                        y(0) - y(point.y()),
                        color));
            }
            return this;
        }

        private String color(String name) {
            names.add(name);
            return COLORS.get((names.size() - 1) % COLORS.size());
        }

        private double x(double value) {
            return LEFT + value / highestX * WIDTH;
        }

        private double y(double value) {
            return TOP + HEIGHT - value / highestY * HEIGHT;
        }

        private static void text(StringBuilder svg, double x, double y, String anchor, String extra, String text) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
                    x,
                    y,
                    anchor,
                    extra,
                    text));
        }

        /** As many decimals as tell four ticks apart. */
        private static String tick(double highest, int tick) {
            int decimals = highest >= 10 ? 0 : highest >= 2 ? 1 : highest >= 0.2 ? 2 : 3;
            return String.format(Locale.ROOT, "%." + decimals + "f", highest * tick / 4);
        }

        @Override
        public String toString() {
            StringBuilder svg = new StringBuilder("<figure><figcaption>")
                    .append(escaped(title))
                    .append("</figcaption><svg width=\"360\" height=\"290\" role=\"img\">");
            for (int tick = 0; tick <= 4; tick++) {
                double x = x(highestX * tick / 4);
                double y = y(highestY * tick / 4);
                svg.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e6e9ed\"/>",
                        LEFT,
                        LEFT + WIDTH,
                        y,
                        y));
                text(svg, x, TOP + HEIGHT + 16, "middle", "", tick(highestX, tick));
                text(svg, LEFT - 6, y + 4, "end", "", tick(highestY, tick));
            }
            svg.append(shapes);
            text(svg, LEFT + WIDTH / 2, TOP + HEIGHT + 34, "middle", "", escaped(xLabel));
            text(
                    svg,
                    12,
                    TOP + HEIGHT / 2,
                    "middle",
                    String.format(Locale.ROOT, " transform=\"rotate(-90 12 %.1f)\"", TOP + HEIGHT / 2),
                    escaped(yLabel));
            for (int name = 0; names.size() > 1 && name < names.size(); name++) {
                double x = LEFT + name * 110;
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"4\" fill=\"%s\"/>",
                        x,
                        TOP + HEIGHT + 46,
                        COLORS.get(name % COLORS.size())));
                text(svg, x + 18, TOP + HEIGHT + 52, "start", "", escaped(names.get(name)));
            }
            return svg.append("</svg></figure>\n").toString();
        }
    }
}
