package io.pushrank.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One plot, from 0 to the highest x and y. */
public final class Chart {
    /** A point of a curve. */
    public record Point(double x, double y) {}

    private static final List<String> COLORS =
            List.of("#2563eb", "#d97706", "#059669", "#7c3aed", "#dc2626", "#475569");
    private static final int NAMES_A_LINE = 3;
    private static final int LINE = 18;
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

    public Chart(String title, String xLabel, String yLabel, double highestX, double highestY) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.highestX = highestX;
        this.highestY = highestY;
    }

    public Chart diagonal() {
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

    /** A line through the points; a single one is a dot. */
    public Chart line(String name, List<Point> points) {
        List<Point> drawn =
                points.stream().filter(point -> Double.isFinite(point.y())).toList();
        String color = color(name);
        if (drawn.size() == 1) {
            Point dot = drawn.get(0);
            shapes.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>",
                    x(dot.x()),
                    y(dot.y()),
                    color));
            return this;
        }
        shapes.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(color)
                .append("\" points=\"");
        drawn.forEach(point -> shapes.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x()), y(point.y()))));
        shapes.append("\"/>");
        return this;
    }

    public Chart bars(String name, List<Point> points, double width) {
        String color = color(name);
        for (Point point : points) {
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
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>", x, y, anchor, extra, text));
    }

    /** As many decimals as tell four ticks apart. */
    private static String tick(double highest, int tick) {
        int decimals = highest >= 10 ? 0 : highest >= 2 ? 1 : highest >= 0.2 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", highest * tick / 4);
    }

    @Override
    public String toString() {
        StringBuilder svg = new StringBuilder("<figure><figcaption>")
                .append(HtmlPage.escaped(title))
                .append("</figcaption><svg width=\"360\" height=\"")
                .append(290 + LINE * ((names.size() - 1) / NAMES_A_LINE))
                .append("\" role=\"img\">");
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
        text(svg, LEFT + WIDTH / 2, TOP + HEIGHT + 34, "middle", "", HtmlPage.escaped(xLabel));
        text(
                svg,
                12,
                TOP + HEIGHT / 2,
                "middle",
                String.format(Locale.ROOT, " transform=\"rotate(-90 12 %.1f)\"", TOP + HEIGHT / 2),
                HtmlPage.escaped(yLabel));
        for (int name = 0; names.size() > 1 && name < names.size(); name++) {
            double x = LEFT + name % NAMES_A_LINE * 100;
            double y = TOP + HEIGHT + 46 + LINE * (name / NAMES_A_LINE);
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"4\" fill=\"%s\"/>",
                    x,
                    y,
                    COLORS.get(name % COLORS.size())));
            text(svg, x + 18, y + 6, "start", "", HtmlPage.escaped(names.get(name)));
        }
        return svg.append("</svg></figure>\n").toString();
    }
}
