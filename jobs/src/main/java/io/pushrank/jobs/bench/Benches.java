package io.pushrank.jobs.bench;

import java.util.List;

/** Every bench. */
public final class Benches {
    private Benches() {}

    public static List<Bench> all() {
        return List.of(
                new DayBench(),
                new ExamplesBench(),
                new RoofBench(),
                new LightBench(),
                new HeavyBench(),
                new SoakBench(),
                new TrainBench(),
                new QualityBench(),
                new VolumeBench(),
                new HiggsBench());
    }
}
