package io.pushrank.jobs.bench;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.model.ModelPackage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Whether memory grows while the heavy ranker scores: what the operating system holds for the largest executor after so
 * many rows, from Parquet to Parquet, and what of it is heap. Its roof is itself: the figure after 100,000 rows, when
 * everything is loaded and warm. A bench of its own, since whatever ran before in the process would hide in the figures.
 */
record SoakBench() implements Bench {
    private static final int TABLE_ROWS = 100_000;
    private static final int ROWS = 1_000_000;

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String summary() {
        return "Resident memory as the heavy ranker scores 1,000,000 rows, at each 100,000; --params chooses its size.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        String file = context.params() == null ? "conf/models/heavy.yaml" : context.params();
        ModelPackage model = HeavyBench.write(params(context, file), Path.of(context.directory()));
        String rows = context.directory() + "/rows";
        HeavyBench.writeRows(context, rows, TABLE_ROWS);
        Metrics resident = new Metrics();
        Metrics heap = new Metrics();
        Metrics beside = new Metrics();
        context.out()
                .printf("%12s %10s %14s %14s %14s%n", "rows", "executor", "resident MiB", "heap MiB", "native MiB");
        for (int scored = TABLE_ROWS; scored <= ROWS; scored += TABLE_ROWS) {
            HeavyBench.score(context, model, rows);
            ExecutorMemory memory = ExecutorMemory.largest(context.spark());
            context.out()
                    .printf(
                            "%,12d %10s %,14d %,14d %,14d%n",
                            scored,
                            memory.executor(),
                            memory.residentBytes() >> 20,
                            memory.heapBytes() >> 20,
                            memory.nativeBytes() >> 20);
            resident.put(Integer.toString(scored), memory.residentBytes());
            heap.put(Integer.toString(scored), memory.heapBytes());
            beside.put(Integer.toString(scored), memory.nativeBytes());
        }
        return new Metrics()
                .put("params", file)
                .put("resident_bytes", resident)
                .put("heap_bytes", heap)
                .put("native_bytes", beside)
                .put("growth_since_" + TABLE_ROWS, growth(resident))
                .put("native_growth_since_" + TABLE_ROWS, growth(beside));
    }

    private static double growth(Metrics bytes) {
        return bytes.number(Integer.toString(ROWS)) / bytes.number(Integer.toString(TABLE_ROWS)) - 1;
    }

    private static HeavyParams params(BenchContext context, String file) {
        try {
            String yaml = context.params() == null
                    ? Resources.text(file)
                    : new Storage(context.spark().sparkContext().hadoopConfiguration()).read(file);
            return HeavyParams.parse(file, yaml);
        } catch (UncheckedIOException e) {
            throw PushrankException.usage("--params " + file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }
}
