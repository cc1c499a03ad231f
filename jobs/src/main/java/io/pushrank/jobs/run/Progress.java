package io.pushrank.jobs.run;

import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.log.RunLog;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.table.Check;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a person sees of a run: a line when a stage starts, and when the run is over a table of its stages, then the funnel, then
 * where the tables are. Log lines that reach the same terminal or file stand among the first lines, each of which is whole, and
 * above the tables.
 */
public final class Progress {
    /** As log lines have it. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final List<Manifest.StageReport> ended = new ArrayList<>();

    public Progress(PrintStream out) {
        this.out = out;
    }

    void begin(String verb, LocalDate date, Instant asOf, String runId) {
        RunLog.begin(verb, date, runId);
        out.printf("pushrank %s %s, as of %s, run %s%n%n", verb, date, asOf, runId);
        out.flush();
    }

    public void start(String stage) {
        RunLog.start(stage);
        out.println(TIME.format(Instant.now()) + " " + stage);
        out.flush();
    }

    /** A line on what a stage does. */
    void tell(String stage, String text) {
        out.println(TIME.format(Instant.now()) + " " + stage + ": " + text);
        out.flush();
    }

    public void end(Manifest.StageReport report) {
        ended.add(report);
        RunLog.end(Map.of(
                "rows_in", report.rowsIn(),
                "rows_kept", report.kept(),
                "rows_removed", report.removed(),
                "seconds", report.seconds()));
    }

    /** A row for each stage that has ended, in one piece; nothing when there is none. */
    void stages() {
        if (ended.isEmpty()) {
            return;
        }
        out.printf("%n%-18s %12s %12s %12s %10s%n", "stage", "rows in", "kept", "removed", "seconds");
        for (Manifest.StageReport report : ended) {
            String remark = !report.publishedBy().isEmpty()
                    ? "  published by " + report.publishedBy()
                    : report.isValidation() || report.reasons().isEmpty() ? "" : "  " + Funnel.top(report.reasons(), 3);
            out.printf(
                    "%-18s %,12d %,12d %,12d %8.1f s%s%n",
                    report.stage(), report.rowsIn(), report.kept(), report.removed(), report.seconds(), remark);
            if (report.isValidation()) {
                quarantine(report.reasons());
            }
        }
        out.flush();
        ended.clear();
    }

    /**
     * Every reason for which input rows were set aside. Tables that others refer to come first, and what is wrong with a row
     * itself before what dangles: the cause stands above its effects.
     */
    private void quarantine(Map<String, Long> reasons) {
        for (Table table : Table.inputs().toList()) {
            String prefix = table.tableName() + ".";
            Map<String, Long> own = new TreeMap<>();
            Map<String, Long> dangling = new TreeMap<>();
            reasons.forEach((reason, rows) -> {
                if (reason.startsWith(prefix)) {
                    String code = reason.substring(prefix.length());
                    (code.startsWith(Check.References.PREFIX) ? dangling : own).put(code, rows);
                }
            });
            String text = Stream.of(own, dangling)
                    .filter(some -> !some.isEmpty())
                    .map(some -> Funnel.top(some, some.size()))
                    .collect(Collectors.joining(", "));
            if (!text.isEmpty()) {
                out.printf("  %-16s set aside: %s%n", table.tableName(), text);
            }
        }
    }

    void funnel(List<Stage> stages, Map<String, Funnel> funnels) {
        TreeSet<String> sources = new TreeSet<>();
        List<Stage> ranked =
                stages.stream().filter(stage -> !stage.writesRemoved()).toList();
        ranked.forEach(stage -> sources.addAll(funnels.get(stage.verb()).sources()));
        out.printf("%n%-18s", "source");
        ranked.forEach(stage -> out.printf(" %12s", stage.writes().tableName()));
        out.printf("   most frequent reasons of removal%n");
        for (String source : sources) {
            funnelRow(source, source, ranked, funnels);
        }
        funnelRow(Funnel.ALL, "all", ranked, funnels);
        out.println();
    }

    private void funnelRow(String source, String label, List<Stage> stages, Map<String, Funnel> funnels) {
        out.printf("%-18s", label);
        Map<String, Long> reasons = new TreeMap<>();
        for (Stage stage : stages) {
            Funnel funnel = funnels.get(stage.verb());
            out.printf(" %,12d", funnel.rows(source, Funnel.KEPT));
            funnel.reasons(source).forEach((reason, rows) -> reasons.merge(reason, rows, Long::sum));
        }
        out.printf("   %s%n", Funnel.top(reasons, 3));
    }

    void outputs(Layout layout, LocalDate date, List<Stage> stages, List<Manifest.StageReport> reports) {
        out.printf("%-34s %s%n", "table", "digest");
        // Of tiles there are as many as days: the manifest has them.
        reports.stream().filter(report -> !report.stage().equals(TileRun.STAGE)).forEach(report -> report.digests()
                .forEach((table, digest) -> out.printf("%-34s %s%n", table, digest)));
        out.println();
        stages.forEach(stage -> out.println(Secrets.masked(layout.partition(stage.writes(), date))));
        out.println(Secrets.masked(layout.manifests(date)));
    }
}
