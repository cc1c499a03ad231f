package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.evaluate.Metrics;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.train.HeavyParams;
import io.pushrank.udf.model.ModelPackage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Whether memory grows while the heavy ranker scores: what the operating system holds for this process after so many rows,
 * from Parquet to Parquet. Its roof is itself: the figure after 100,000 rows, when everything is loaded and warm. A bench
 * of its own, since whatever ran before in the process would hide in the figures.
 */
record SoakBench() implements Bench {
    private static final int TABLE_ROWS = 100_000;
    /** Multiples of the table's rows. */
    private static final int[] ROWS = {100_000, 500_000, 1_000_000};

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String summary() {
        return "Resident memory as the heavy ranker scores 100,000, 500,000 and 1,000,000 rows; --params chooses its size.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        String file = context.params() == null ? "conf/models/heavy.yaml" : context.params();
        ModelPackage model = HeavyBench.write(params(context, file), Path.of(context.directory()));
        String rows = context.directory() + "/rows";
        HeavyBench.writeRows(context, rows, TABLE_ROWS);
        Metrics resident = new Metrics();
        int scored = 0;
        for (int target : ROWS) {
            while (scored < target) {
                HeavyBench.score(context, model, rows);
                scored += TABLE_ROWS;
            }
            long bytes = ResidentMemory.bytes();
            context.out().printf("resident after %,d rows: %,d bytes%n", scored, bytes);
            resident.put(Integer.toString(scored), bytes);
        }
        double first = resident.number(Integer.toString(ROWS[0]));
        return new Metrics()
                .put("params", file)
                .put("resident_bytes", resident)
                .put("growth_since_" + ROWS[0], resident.number(Integer.toString(ROWS[2])) / first - 1);
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
