package io.pushrank.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Bars from left to right, one below the other, with their names, figures and intervals. */
public final class BarChart {
    private static final double NAMES = 240;
    private static final double WIDTH = 240;
    private static final double FIGURES = 70;
    private static final double LINE = 20;

    private final String title;
    private final List<Bar> bars = new ArrayList<>();

    public BarChart(String title) {
        this.title = title;
    }

    private record Bar(String name, double value, double low, double high) {}

    /** Adds a bar; without an interval where its ends are NaN, left out where the value is. */
    public BarChart bar(String name, double value, double low, double high) {
        if (Double.isFinite(value)) {
            bars.add(new Bar(name, value, low, high));
        }
        return this;
    }

    @Override
    public String toString() {
        // NaN is greater than all numbers, and less than none.
        double lowest = 0;
        double highest = 1e-9;
        for (Bar bar : bars) {
            for (double end : new double[] {bar.value, bar.low, bar.high}) {
                lowest = end < lowest ? end : lowest;
                highest = end > highest ? end : highest;
            }
        }
        StringBuilder svg = new StringBuilder("<figure><figcaption>")
                .append(HtmlPage.escaped(title))
                .append(String.format(
                        Locale.ROOT,
                        "</figcaption><svg width=\"%.0f\" height=\"%.0f\" role=\"img\">",
                        NAMES + WIDTH + FIGURES,
                        LINE * bars.size() + 4));
        double unit = WIDTH / (highest - lowest);
        for (int line = 0; line < bars.size(); line++) {
            Bar bar = bars.get(line);
            double middle = LINE * (line + 0.5) + 2;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" fill=\"#2563eb\""
                            + " fill-opacity=\"0.5\"/>",
                    NAMES - 8,
                    middle + 4,
                    HtmlPage.escaped(bar.name),
                    NAMES + (Math.min(0, bar.value) - lowest) * unit,
                    middle - 6,
                    Math.abs(bar.value) * unit));
            if (Double.isFinite(bar.low)) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#1d2733\"/>",
                        NAMES + (bar.low - lowest) * unit,
                        NAMES + (bar.high - lowest) * unit,
                        middle,
                        middle));
            }
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%.1f\">%s</text>",
                    NAMES + WIDTH + 8,
                    middle + 4,
                    TextTable.figure(bar.value)));
        }
        return svg.append("</svg></figure>\n").toString();
    }
}
