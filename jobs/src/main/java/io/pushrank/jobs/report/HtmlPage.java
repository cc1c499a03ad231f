package io.pushrank.jobs.report;

import java.util.List;

/** An HTML file that needs nothing else. */
public final class HtmlPage {
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

    /** @param subtitle what the figures are of */
    public HtmlPage(String title, String subtitle, List<String> notes) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n<p>")
                .append(escaped(subtitle))
                .append("</p>\n");
        notes.forEach(note -> html.append("<p>Note: ").append(escaped(note)).append("</p>\n"));
    }

    /** Adds HTML, or what gives it as text. */
    public HtmlPage append(Object part) {
        html.append(part);
        return this;
    }

    /** Adds a heading and a table; the first column to the left, all others to the right. */
    public HtmlPage table(String heading, TextTable table) {
        html.append("<h2>").append(escaped(heading)).append("</h2>\n<table>");
        List<List<String>> rows = table.rows();
        for (int row = 0; row < rows.size(); row++) {
            String cell = row == 0 ? "th" : "td";
            html.append("<tr>");
            rows.get(row)
                    .forEach(text ->
                            html.append('<' + cell + '>').append(escaped(text)).append("</" + cell + '>'));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
        return this;
    }

    public String end() {
        return html.append("</body></html>\n").toString();
    }

    public static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
