package io.pushrank.jobs.run;

import io.pushrank.jobs.run.Manifest.StageReport;
import io.pushrank.jobs.stage.Stage;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The daily run of one day after another, as each needs the sends of the days before it. */
public final class Backfill {
    private final PrintStream out;
    private final List<Day> days = new ArrayList<>();

    public Backfill(PrintStream out) {
        this.out = out;
    }

    private record Day(LocalDate date, String outcome, List<StageReport> stages, double seconds) {
        /** Rows that the stage of a kind kept. */
        String rows(Predicate<Stage> kind) {
            String verb =
                    Stage.all().stream().filter(kind).findFirst().orElseThrow().verb();
            return stages.stream()
                    .filter(report -> report.stage().equals(verb))
                    .findFirst()
                    .map(report -> "%,d".formatted(report.kept()))
                    .orElse("-");
        }
    }

    /**
     * Runs all days of a range in order, and shows after the last one, or the one that failed, what became of each.
     *
     * @param run makes the run of a day
     */
    public void run(LocalDate from, LocalDate to, Function<LocalDate, Run> run) {
        List<LocalDate> all = from.datesUntil(to.plusDays(1)).toList();
        Instant started = Instant.now();
        try {
            for (LocalDate date : all) {
                out.printf("%n[day %d of %d%s]%n", days.size() + 1, all.size(), left(started, all.size()));
                day(date, run);
            }
        } finally {
            summary(all.size());
        }
    }

    private void day(LocalDate date, Function<LocalDate, Run> run) {
        Instant started = Instant.now();
        try {
            List<StageReport> stages = run.apply(date).stages(Stage.all());
            boolean isDone =
                    stages.stream().noneMatch(report -> report.publishedBy().isEmpty());
            days.add(new Day(date, isDone ? "was published" : "published", stages, StageReport.secondsSince(started)));
        } catch (Throwable e) {
            String outcome = "failed, exit " + Failure.of(e).exitCode().code();
            days.add(new Day(date, outcome, List.of(), StageReport.secondsSince(started)));
            throw e;
        }
    }

    private String left(Instant started, int all) {
        if (days.isEmpty()) {
            return "";
        }
        long millis = ChronoUnit.MILLIS.between(started, Instant.now()) / days.size() * (all - days.size());
        return ", about %d min left".formatted(Duration.ofMillis(millis).toMinutes() + 1);
    }

    private void summary(int all) {
        out.printf("%n%-12s %12s %12s %10s  %s%n", "day", "eligible", "sends", "seconds", "outcome");
        for (Day day : days) {
            out.printf(
                    "%-12s %12s %12s %8.1f s  %s%n",
                    day.date(), day.rows(Stage::beginsDay), day.rows(Stage::givesSends), day.seconds(), day.outcome());
        }
        if (days.size() < all) {
            out.printf("%d of %d days were not begun; the same command goes on with them%n", all - days.size(), all);
        }
    }
}
