package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;

/**
 * What a day of the pipeline costs, stage by stage, in worlds of several sizes. The last two days of a world are run, the
 * second beside what the first one left. Each day has a JVM of its own, as a scheduler starts it: what starting and
 * compiling costs is part of the figures, and no size warms another. In the same JVM, once it has run the day and is warm,
 * parts of the day are measured again beside their roofs: DuckDB with as many threads and as much memory, and Spark reading
 * and writing the same files.
 */
record DayBench() implements Bench {
    private static final double MEBI = 1 << 20;
    private static final double MILLION = 1e6;
    private static final String CANDIDATES = "candidates";
    private static final String SPARK = "spark";
    private static final String DUCKDB = "duckdb";

    @Override
    public String name() {
        return "day";
    }

    @Override
    public String summary() {
        return "What each stage of a day costs in worlds of --users, how that grows, and what DuckDB needs for the same.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        Optional<String> duckDb = DuckDb.version();
        context.out()
                .println(duckDb.map(version -> "beside DuckDB " + version)
                        .orElse("without DuckDB: its JDBC driver is not on the class path"));
        Map<Long, Metrics> sizes = new TreeMap<>();
        for (long users : context.worlds().users()) {
            sizes.put(users, days(context, users));
        }
        Metrics all = new Metrics();
        sizes.forEach((users, days) -> all.put(Long.toString(users), days));
        Metrics ratios = new Metrics();
        sizes.forEach((users, days) -> {
            Metrics ofSize = new Metrics();
            days.names().forEach(date -> ofSize.put(date, ratios(days.group(date))));
            ratios.put(Long.toString(users), ofSize);
        });
        return new Metrics()
                .put("ratios", ratios)
                .put("growth", growth(context.out(), sizes))
                .put("duckdb", duckDb.orElse("absent"))
                .put("rounds", context.rounds())
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("heap_bytes", Runtime.getRuntime().maxMemory())
                .put("days", context.worlds().days())
                .put("seed", context.worlds().seed())
                .put("users", all);
    }

    private static Metrics days(BenchContext context, long users) {
        GeneratedWorld world = GeneratedWorld.of(context, users);
        Path folder = Path.of(context.directory(), Long.toString(users));
        Path scratch = folder.resolve("scratch");
        try {
            FileUtils.deleteDirectory(folder.toFile());
            Files.createDirectories(scratch);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Layout layout = new Layout(
                world.input().toString(),
                folder.resolve("output").toString(),
                world.models().toString());
        Metrics days = new Metrics();
        for (LocalDate date : List.of(world.lastDay().minusDays(1), world.lastDay())) {
            DayProbe.Task task = new DayProbe.Task(
                    layout,
                    date,
                    context.rounds(),
                    scratch.toString(),
                    folder.resolve(date + ".json").toString());
            context.out().printf("%n%,d users, %s%n", users, date);
            ChildJvm.run(DayProbe.class, task.arguments(), context.out());
            Metrics day =
                    Metrics.parse(new Storage(context.spark().sparkContext().hadoopConfiguration()).read(task.file()));
            Metrics stages = withSum(day.group("stages"));
            show(context.out(), users, date, stages);
            showParts(context.out(), day.group("parts"), stages);
            days.put(date.toString(), day.put("stages", stages));
        }
        return days;
    }

    /**
     * CPU seconds of parts over those of DuckDB, of the daily run's stages over those of their roofs, and whether each pair
     * made the same number of rows.
     */
    private static Metrics ratios(Metrics day) {
        Metrics stages = day.group("stages");
        Metrics parts = day.group("parts");
        Metrics ratios = new Metrics();
        boolean isEqual = true;
        for (String name : parts.names()) {
            Metrics part = parts.group(name);
            if (part.names().contains(DUCKDB)) {
                ratios.put(name + "_cpu_over_duckdb", part.number("cpu_over_duckdb"));
                isEqual &= hasEqualRows(part);
            }
        }
        if (parts.names().contains(CANDIDATES)
                && parts.group(CANDIDATES).names().contains(DUCKDB)) {
            ratios.put(
                    "stage_candidates_cpu_over_duckdb",
                    cpu(stages.group(CANDIDATES)) / cpu(parts.group(CANDIDATES).group(DUCKDB)));
            ratios.put("has_equal_rows", isEqual && isPublished(parts, stages));
        }
        double rewriteOfAll = cpu(parts.group("rewrite_all").group(SPARK));
        return ratios.put("stage_validate_cpu_over_rewrite_all", cpu(stages.group("validate")) / rewriteOfAll)
                .put("day_cpu_over_rewrite_all", cpu(stages.group("day")) / rewriteOfAll)
                .put(
                        "day_cpu_over_rewrite_day",
                        cpu(stages.group("day"))
                                / cpu(parts.group("rewrite_day").group(SPARK)));
    }

    private static double cpu(Metrics figures) {
        return figures.number("cpu_seconds");
    }

    private static boolean hasEqualRows(Metrics part) {
        return part.group(SPARK).number("rows") == part.group(DUCKDB).number("rows");
    }

    /** Whether the candidates of the comparison, where it did not fail, are as many as the run has published. */
    private static boolean isPublished(Metrics parts, Metrics stages) {
        return !parts.names().contains(CANDIDATES)
                || parts.group(CANDIDATES).group(SPARK).number("rows")
                        == stages.group(CANDIDATES).number("rows_kept");
    }

    private static void showParts(PrintStream out, Metrics parts, Metrics stages) {
        out.printf(
                "%n%-24s %10s %12s %10s %12s %12s %12s%n",
                "part", "CPU ratio", "Spark CPU s", "seconds", "DuckDB CPU s", "seconds", "rows");
        for (String name : parts.names()) {
            Metrics part = parts.group(name);
            Metrics spark = part.group(SPARK);
            String rows = "%,.0f".formatted(spark.number("rows"));
            if (part.names().contains(DUCKDB)) {
                Metrics duckDb = part.group(DUCKDB);
                out.printf(
                        "%-24s %10.2f %12.2f %10.2f %12.2f %12.2f %12s%s%n",
                        name,
                        part.number("cpu_over_duckdb"),
                        cpu(spark),
                        spark.number("seconds"),
                        cpu(duckDb),
                        duckDb.number("seconds"),
                        rows,
                        hasEqualRows(part)
                                ? ""
                                : "  NO COMPARISON: DuckDB made %,.0f rows".formatted(duckDb.number("rows")));
            } else {
                out.printf(
                        "%-24s %10s %12.2f %10.2f %12s %12s %12s%n",
                        name, "-", cpu(spark), spark.number("seconds"), "-", "-", rows);
            }
        }
        if (!isPublished(parts, stages)) {
            out.printf(
                    "NO COMPARISON: the run published %,.0f candidates%n",
                    stages.group(CANDIDATES).number("rows_kept"));
        }
    }

    /** With {@code day}, what all stages together cost. */
    private static Metrics withSum(Metrics stages) {
        double cpu = 0;
        double seconds = 0;
        double peak = 0;
        for (String stage : stages.names()) {
            cpu += stages.group(stage).number("cpu_seconds");
            seconds += stages.group(stage).number("seconds");
            peak = Math.max(peak, stages.group(stage).number("peak_resident_bytes"));
        }
        return stages.put(
                "day",
                new Metrics().put("cpu_seconds", cpu).put("seconds", seconds).put("peak_resident_bytes", peak));
    }

    private static void show(PrintStream out, long users, LocalDate date, Metrics stages) {
        out.printf(
                "%n%,d users, %s%n%-16s %8s %8s %8s %9s %9s %9s %6s %6s %6s %10s %9s %6s%n",
                users,
                date,
                "stage",
                "CPU s",
                "seconds",
                "peak MiB",
                "shuf. MiB",
                "spill MiB",
                "read MiB",
                "jobs",
                "tasks",
                "scans",
                "M rows rd.",
                "M rows in",
                "skew");
        for (String name : stages.names()) {
            Metrics stage = stages.group(name);
            out.printf(
                    "%-16s %8.1f %8.1f %8.0f",
                    name,
                    stage.number("cpu_seconds"),
                    stage.number("seconds"),
                    stage.number("peak_resident_bytes") / MEBI);
            if (stage.names().contains("spark")) {
                Metrics spark = stage.group("spark");
                out.printf(
                        " %9.1f %9.1f %9.1f %6.0f %6.0f %6.0f %10.3f %9.3f %6.2f",
                        spark.number("shuffle_written_bytes") / MEBI,
                        spark.number("spilled_disk_bytes") / MEBI,
                        spark.number("read_bytes") / MEBI,
                        spark.number("jobs"),
                        spark.number("tasks"),
                        spark.number("scans"),
                        spark.number("read_rows") / MILLION,
                        stage.number("rows_in") / MILLION,
                        spark.number("skew"));
            }
            out.println();
        }
    }

    /** By how much CPU seconds grow from one size to the next: 1 is in step with the users, 2 with their square. */
    private static Metrics growth(PrintStream out, Map<Long, Metrics> sizes) {
        Metrics growth = new Metrics();
        Long before = null;
        for (long users : sizes.keySet()) {
            if (before != null) {
                Metrics exponents = new Metrics();
                for (String date : sizes.get(users).names()) {
                    exponents.put(
                            date, exponents(before, stages(sizes, before, date), users, stages(sizes, users, date)));
                }
                growth.put(before + "-" + users, exponents);
                show(out, before, users, exponents);
            }
            before = users;
        }
        return growth;
    }

    private static Metrics stages(Map<Long, Metrics> sizes, long users, String date) {
        return sizes.get(users).group(date).group("stages");
    }

    private static Metrics exponents(long fewer, Metrics before, long more, Metrics after) {
        Metrics exponents = new Metrics();
        for (String stage : after.names()) {
            if (before.names().contains(stage)) {
                exponents.put(
                        stage,
                        Math.log(after.group(stage).number("cpu_seconds")
                                        / before.group(stage).number("cpu_seconds"))
                                / Math.log((double) more / fewer));
            }
        }
        return exponents;
    }

    private static void show(PrintStream out, long fewer, long more, Metrics exponents) {
        out.printf("%nCPU seconds grow from %,d to %,d users with the users to the power of%n", fewer, more);
        exponents.names().forEach(date -> {
            Metrics ofDay = exponents.group(date);
            StringBuilder line = new StringBuilder(date);
            ofDay.names().forEach(stage -> line.append("  %s %.2f".formatted(stage, ofDay.number(stage))));
            out.println(line);
        });
    }
}
