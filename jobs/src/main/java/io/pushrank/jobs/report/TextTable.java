package io.pushrank.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of text under headings, for a terminal: the first column to the left, all others to the right. */
public final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... headings) {
        rows.add(List.of(headings));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException when it has not as many cells as there are headings
     */
    public TextTable row(List<String> cells) {
        if (cells.size() != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "a row must have " + rows.get(0).size() + " cells, but has " + cells.size());
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** A figure with four digits after the point; a dash where it is undefined. */
    public static String figure(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "-";
    }

    /** A figure with the interval around it. */
    public static String figure(double value, double low, double high) {
        return Double.isFinite(low) ? figure(value) + " [" + figure(low) + ", " + figure(high) + "]" : figure(value);
    }

    /** A figure of some metrics, with its interval. */
    public static String figure(Metrics metrics, String name) {
        return figure(metrics.number(name), metrics.number(name + "_low"), metrics.number(name + "_high"));
    }

    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** The headings, then the rows. */
    List<List<String>> rows() {
        return List.copyOf(rows);
    }

    @Override
    public String toString() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                String padding = " ".repeat(widths[column] - row.get(column).length());
                text.append(column == 0 ? row.get(0) + padding : "  " + padding + row.get(column));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
