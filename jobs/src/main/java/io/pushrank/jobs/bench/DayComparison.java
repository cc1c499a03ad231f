package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.model.ModelKind;
import java.io.PrintStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.spark.sql.SparkSession;

/**
 * Parts of a published day by Spark, each beside the same by DuckDB where there is a query for it: measured in turn, in
 * the process that has run the day, so that Spark is warm.
 */
final class DayComparison {
    /** A part of the day that one of the two does; gives the number of rows. */
    private record Part(LongSupplier spark, LongSupplier duckDb) {}

    /** What the rounds gave. */
    private static final class Measured {
        private final List<Double> cpu = new ArrayList<>();
        private final List<Double> seconds = new ArrayList<>();
        private long peak;
        private long rows;

        private void measure(LongSupplier work) {
            ProcessUse use = ProcessUse.fromNow();
            rows = work.getAsLong();
            cpu.add(use.cpuSeconds());
            seconds.add(use.seconds());
            peak = Math.max(peak, ResidentMemory.peakBytes());
        }

        private Metrics metrics() {
            return new Metrics()
                    .put("cpu_seconds", median(cpu))
                    .put("seconds", median(seconds))
                    .put("peak_resident_bytes", peak)
                    .put("rows", rows);
        }

        private static double median(List<Double> values) {
            return StatUtils.percentile(
                    values.stream().mapToDouble(Double::doubleValue).toArray(), 50);
        }
    }

    private final Map<String, Part> parts = new LinkedHashMap<>();

    /**
     * @param folder for what is written; it must be there
     * @param isBesideDuckDb whether DuckDB can be used
     */
    DayComparison(SparkSession spark, Layout layout, LocalDate date, String folder, boolean isBesideDuckDb) {
        Vocabulary vocabulary = Vocabulary.of(ConfigFile.shipped());
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        InputFolders inputs = InputFolders.read(storage, layout, vocabulary.config(), date);
        InputFolders ofDay = InputFolders.ofDay(storage, layout, date);
        SparkSide ours = new SparkSide(spark, layout, vocabulary, date, folder);
        DuckDbSide theirs = new DuckDbSide(
                storage,
                layout,
                vocabulary,
                date,
                inputs,
                spark.sparkContext().defaultParallelism(),
                Runtime.getRuntime().maxMemory(),
                folder);
        List<Source> sources = ours.sources();
        for (Source source : sources) {
            parts.put(
                    "source " + source.name(),
                    new Part(
                            () -> ours.source(source),
                            isBesideDuckDb && DuckDbSide.has(source) ? () -> theirs.source(source) : null));
        }
        boolean isEverySourceThere = isBesideDuckDb && sources.stream().allMatch(DuckDbSide::has);
        parts.put(
                "candidates", new Part(ours::candidates, isEverySourceThere ? () -> theirs.candidates(sources) : null));
        parts.put("some facts", new Part(ours::someFacts, isBesideDuckDb ? theirs::someFacts : null));
        parts.put("light facts", new Part(() -> ours.facts(ModelKind.LIGHT), null));
        parts.put("heavy facts", new Part(() -> ours.facts(ModelKind.HEAVY), null));
        parts.put(
                "rewrite day",
                new Part(() -> ours.rewrite(ofDay), isBesideDuckDb ? () -> theirs.rewrite(ofDay) : null));
        parts.put(
                "rewrite all",
                new Part(() -> ours.rewrite(inputs), isBesideDuckDb ? () -> theirs.rewrite(inputs) : null));
    }

    /** Figures by part: {@code spark}, {@code duckdb}, and what one is of the other. */
    Metrics measure(int rounds, PrintStream out) {
        Map<String, Measured> spark = new LinkedHashMap<>();
        Map<String, Measured> duckDb = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            out.printf("round %d of %d%n", round, rounds);
            for (Map.Entry<String, Part> part : List.copyOf(parts.entrySet())) {
                try {
                    measure(part.getKey(), part.getValue(), spark, duckDb);
                } catch (Exception failure) {
                    // The other parts took minutes, and stay of use.
                    out.printf("%s is left out: %s%n", part.getKey(), failure);
                    parts.remove(part.getKey());
                    spark.remove(part.getKey());
                    duckDb.remove(part.getKey());
                }
            }
        }
        Metrics figures = new Metrics();
        spark.forEach((name, ours) -> {
            Metrics figure = new Metrics();
            Metrics sparks = ours.metrics();
            if (duckDb.containsKey(name)) {
                Metrics theirs = duckDb.get(name).metrics();
                figure.put("cpu_over_duckdb", sparks.number("cpu_seconds") / theirs.number("cpu_seconds"))
                        .put("seconds_over_duckdb", sparks.number("seconds") / theirs.number("seconds"))
                        .put("has_equal_rows", ours.rows == duckDb.get(name).rows)
                        .put("spark", sparks)
                        .put("duckdb", theirs);
            } else {
                figure.put("spark", sparks);
            }
            figures.put(name.replace(' ', '_'), figure);
        });
        return figures;
    }

    private static void measure(String name, Part part, Map<String, Measured> spark, Map<String, Measured> duckDb) {
        spark.computeIfAbsent(name, absent -> new Measured()).measure(part.spark());
        if (part.duckDb() != null) {
            duckDb.computeIfAbsent(name, absent -> new Measured()).measure(part.duckDb());
        }
    }
}
