package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.gate.Verdict;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Shows the runs of a date and returns the exit code of the last one: some clusters lose the driver's.")
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options;

    @Override
    public Integer call() {
        SparkSession spark = options.session("status");
        Storage storage = options.storage(spark);
        Layout layout = options.layout();
        LocalDate date = options.date(spark);
        List<Manifest> runs = Manifest.of(storage, layout, date);
        if (runs.isEmpty()) {
            System.out.println("no run of " + date + " in " + Secrets.masked(layout.output()));
            return ExitCode.FAILED.code();
        }
        for (Manifest run : runs) {
            System.out.printf(
                    "%s  %-16s %-8s exit %d  %s%n",
                    run.runId(), run.verb(), run.status(), run.exitCode(), run.message());
            run.verdicts().stream()
                    .filter(Verdict::isNotable)
                    .forEach(verdict -> System.out.println("    " + verdict.line()));
            for (Manifest.StageReport stage : run.stages()) {
                System.out.printf(
                        "    %-18s %,12d in %,12d kept %,12d removed %8.1f s%s%n",
                        stage.stage(),
                        stage.rowsIn(),
                        stage.kept(),
                        stage.removed(),
                        stage.seconds(),
                        stage.publishedBy().isEmpty() ? "" : "  published by " + stage.publishedBy());
            }
        }
        Manifest last = runs.get(runs.size() - 1);
        return last.status().hasEnded() ? last.exitCode() : ExitCode.FAILED.code();
    }
}
