package io.pushrank.jobs.bench;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.apache.commons.io.FileUtils;

/**
 * What examples of many instants cost, per instant. Its roof is itself: the examples of a single instant, each in a JVM of its
 * own.
 */
record ExamplesBench() implements Bench {
    private static final int MOST_INSTANTS = 20;
    /** Days before the first instant, so that there is something to look back on. */
    private static final int EARLIER_DAYS = 3;

    @Override
    public String name() {
        return "examples";
    }

    @Override
    public String summary() {
        return "CPU seconds per instant of the examples of up to 20 days of sends in worlds of --users, beside one day's.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        // The last day's labels are not complete.
        int instants = Math.min(MOST_INSTANTS, context.worlds().days() - EARLIER_DAYS - 1);
        if (instants < 2) {
            throw PushrankException.usage("--days must be at least " + (EARLIER_DAYS + 3)
                    + " for bench examples, but is " + context.worlds().days());
        }
        Metrics ratios = new Metrics();
        Metrics sizes = new Metrics();
        for (long users : context.worlds().users()) {
            Metrics one = examples(context, users, 1);
            Metrics all = examples(context, users, instants);
            double ratio = all.number("cpu_seconds_per_instant") / one.number("cpu_seconds_per_instant");
            ratios.put(Long.toString(users), ratio);
            sizes.put(Long.toString(users), new Metrics().put("one", one).put("all", all));
            context.out()
                    .printf(
                            "%,d users: %.1f CPU s an instant for %d instants, %.1f for one: %.2f of it; %,.0f examples%n",
                            users,
                            all.number("cpu_seconds_per_instant"),
                            instants,
                            one.number("cpu_seconds_per_instant"),
                            ratio,
                            all.number("examples"));
        }
        return new Metrics()
                .put("cpu_per_instant_over_one", ratios)
                .put("instants", instants)
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("users", sizes);
    }

    private static Metrics examples(BenchContext context, long users, int instants) {
        GeneratedWorld world = GeneratedWorld.of(context, users);
        Path folder = Path.of(context.directory(), users + "-" + instants);
        try {
            FileUtils.deleteDirectory(folder.toFile());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        LocalDate last = world.lastDay().minusDays(1);
        String file = folder.resolve("figures.json").toString();
        Path output = folder.resolve("output");
        ChildJvm.run(
                VerbProbe.class,
                List.of(
                        file,
                        "examples",
                        "--from=" + last.minusDays(instants - 1L),
                        "--date=" + last,
                        "--input=" + world.input(),
                        "--output=" + output,
                        "--models=" + world.models()),
                context.out());
        Metrics figures =
                Metrics.parse(new Storage(context.spark().sparkContext().hadoopConfiguration()).read(file));
        return figures.put("cpu_seconds_per_instant", figures.number("cpu_seconds") / instants)
                .put(
                        "examples",
                        context.spark().read().parquet(output + "/examples").count());
    }
}
