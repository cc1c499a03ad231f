package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;
import java.util.Map;

/** What the machine itself can do. */
record RoofBench() implements Bench {
    @Override
    public String name() {
        return "roof";
    }

    @Override
    public String summary() {
        return "The machine's own fp32 matrix product, on one thread and on every core.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        int cores = Runtime.getRuntime().availableProcessors();
        try (MatmulRoof one = new MatmulRoof(1);
                MatmulRoof all = new MatmulRoof(cores)) {
            Map<String, Double> medians = new Rounds()
                    .add("one thread, GFLOP/s", one::gigaflops)
                    .add("all cores, GFLOP/s", all::gigaflops)
                    .medians(context);
            return new Metrics()
                    .put("gflops_one_thread", medians.get("one thread, GFLOP/s"))
                    .put("gflops", medians.get("all cores, GFLOP/s"))
                    .put("cores", cores);
        }
    }
}
