package io.pushrank.jobs.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a run prints, on a terminal that log lines reach too. */
class ProgressTest {
    private static Manifest.StageReport report(String stage, long in, long kept, Map<String, Long> reasons, String by) {
        return new Manifest.StageReport(stage, in, kept, in - kept, 1.5, Map.of(), reasons, by);
    }

    /** Lines as printed, a digit of a time or run as 0. */
    private static List<String> lines(ByteArrayOutputStream terminal) {
        return terminal.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("^\\d\\d:\\d\\d:\\d\\d", "00:00:00"))
                .toList();
    }

    @Test
    void logLinesStandAboveATableInOnePiece() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(terminal, true, StandardCharsets.UTF_8);
        Progress progress = new Progress(out);
        try {
            progress.begin("daily", LocalDate.of(2026, 3, 14), Instant.parse("2026-03-14T12:00:00Z"), "run-2");
            progress.start("validate");
            out.println("00:00:00 WARN Validator: table trends is absent");
            progress.end(report("validate", 1_200, 1_198, Map.of("users.unknown_value:country", 2L), ""));
            progress.start("targets");
            out.println("00:00:00 INFO Kernels: light ranker: plain Java");
            progress.end(report("targets", 200, 150, Map.of("no_device", 50L), ""));
            progress.start("candidates");
            progress.end(report("candidates", 900, 900, Map.of(), "run-1"));
            progress.stages();
            progress.stages();
        } finally {
            List.of("run_id", "date", "verb", "stage").forEach(name -> MDC.remove("mdc." + name));
        }

        assertEquals(
                List.of(
                        "pushrank daily 2026-03-14, as of 2026-03-14T12:00:00Z, run run-2",
                        "",
                        "00:00:00 validate",
                        "00:00:00 WARN Validator: table trends is absent",
                        "00:00:00 targets",
                        "00:00:00 INFO Kernels: light ranker: plain Java",
                        "00:00:00 candidates",
                        "",
                        "stage                   rows in         kept      removed    seconds",
                        "validate                  1,200        1,198            2      1.5 s",
                        "  users            set aside: unknown_value:country 2",
                        "targets                     200          150           50      1.5 s  no_device 50",
                        "candidates                  900          900            0      1.5 s  published by run-1"),
                lines(terminal));
    }

    @Test
    void aRunThatFailsInItsFirstStageShowsNoTable() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(terminal, true, StandardCharsets.UTF_8));
        try {
            progress.start("validate");
            progress.stages();
        } finally {
            MDC.remove("mdc.stage");
        }

        assertEquals(List.of("00:00:00 validate"), lines(terminal));
    }
}
