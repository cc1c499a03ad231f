package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.gate.Gates;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Main class of the JVM that {@link DayBench} starts for each day: the daily run, stage by stage, then parts of it again, each
 * beside DuckDB.
 */
final class DayProbe {
    private DayProbe() {}

    /**
     * What it is given.
     *
     * @param layout inputs, outputs and models
     * @param date day of the run
     * @param rounds measurements of each part
     * @param folder for what is written besides; it must be there
     * @param file gets the figures as JSON
     */
    record Task(Layout layout, LocalDate date, int rounds, String folder, String file) {
        List<String> arguments() {
            return List.of(
                    layout.input(),
                    layout.output(),
                    layout.models(),
                    date.toString(),
                    Integer.toString(rounds),
                    folder,
                    file);
        }

        static Task of(String... arguments) {
            return new Task(
                    new Layout(arguments[0], arguments[1], arguments[2]),
                    LocalDate.parse(arguments[3]),
                    Integer.parseInt(arguments[4]),
                    arguments[5],
                    arguments[6]);
        }
    }

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        Task task = Task.of(arguments);
        SparkSession spark = Sessions.open("bench day");
        try {
            Metrics stages = stages(spark, task);
            Metrics parts = new DayComparison(
                            spark,
                            task.layout(),
                            task.date(),
                            task.folder(),
                            DuckDb.version().isPresent())
                    .measure(task.rounds(), System.out);
            Metrics figures = new Metrics().put("stages", stages).put("parts", parts);
            new Storage(spark.sparkContext().hadoopConfiguration()).write(task.file(), figures.toJson());
        } finally {
            spark.stop();
        }
    }

    /** The day as the verb daily runs it. Gates are judged but stop nothing: worlds of few users differ by chance. */
    private static Metrics stages(SparkSession spark, Task task) {
        StageMeter meter = new StageMeter(spark, System.out);
        List<Manifest.StageReport> reports = new Run(
                        spark,
                        task.layout(),
                        Vocabulary.of(ConfigFile.shipped()),
                        task.date(),
                        "bench day",
                        new Choices(false, new HashSet<>(Gates.names())),
                        new Progress(meter.out()))
                .stages(Stage.all());
        Map<String, Metrics> measured = meter.stages();
        reports.forEach(report ->
                measured.computeIfPresent(report.stage(), (stage, figures) -> figures.put("rows_in", report.rowsIn())
                        .put("rows_kept", report.kept())
                        .put("rows_removed", report.removed())));
        Metrics stages = new Metrics();
        measured.forEach(stages::put);
        return stages;
    }
}
