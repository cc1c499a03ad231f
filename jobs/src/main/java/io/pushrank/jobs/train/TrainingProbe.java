package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.BatchFeed;
import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Training steps of a heavy ranker on random examples, to measure how fast they are. */
public final class TrainingProbe implements AutoCloseable {
    private static final int BATCHES = 4;

    private final TrainingGraph graph;
    private final List<ExampleBatch> batches = new ArrayList<>();
    private final double forwardOperations;
    private long step;

    /**
     * @param sparseIds of each example
     * @param sparseContinuousIds of each example
     */
    public TrainingProbe(
            HeavyParams params, FeatureShape shape, int sparseIds, int sparseContinuousIds, TensorFlowThreads threads) {
        Ranker ranker = new HeavyRanker(params, shape);
        graph = new TrainingGraph(ranker, threads);
        forwardOperations = 2.0 * params.model().multiplications(params, shape);
        SplittableRandom random = new SplittableRandom(1);
        int rows = params.training().batchRows();
        for (int index = 0; index < BATCHES; index++) {
            ExampleBatch batch = new ExampleBatch(shape, rows);
            batch.fill(Stream.generate(() -> example(random, shape, sparseIds, sparseContinuousIds))
                    .limit(rows)
                    .iterator());
            batches.add(batch);
        }
    }

    private static Example example(SplittableRandom random, FeatureShape shape, int sparse, int sparseContinuous) {
        boolean[] missing = new boolean[shape.continuous()];
        for (int index = 0; index < missing.length; index++) {
            missing[index] = random.nextInt(20) == 0;
        }
        float opened = random.nextInt(10) == 0 ? 1 : 0;
        return new Example(
                floats(random, shape.continuous()),
                missing,
                floats(random, shape.binary()),
                random.longs(sparse).toArray(),
                floats(random, sparse),
                random.longs(sparseContinuous).toArray(),
                floats(random, sparseContinuous),
                opened,
                opened * random.nextInt(2),
                0,
                opened,
                1);
    }

    private static float[] floats(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = (float) random.nextDouble();
        }
        return values;
    }

    /** Examples learned from per second, over so many steps. */
    public double rowsPerSecond(int steps) {
        long rows = 0;
        long start = System.nanoTime();
        for (int index = 0; index < steps; index++) {
            ExampleBatch batch = batches.get((int) (step % BATCHES));
            graph.step(batch, step++);
            rows += batch.size();
        }
        return rows / ((System.nanoTime() - start) * 1e-9);
    }

    /**
     * Floating-point operations of the matrix products and convolutions of one example on its way to both logits, a
     * multiplication and an addition for each product.
     */
    public double forwardOperations() {
        return forwardOperations;
    }

    /** Examples that the feed of a training hands over per second when nothing is learned from them. */
    public static double feedRowsPerSecond(ExampleSource source, FeatureShape shape, int batchRows, int epoch) {
        long rows = 0;
        long start = System.nanoTime();
        try (BatchFeed feed = new BatchFeed(() -> source.epoch(epoch), shape, batchRows)) {
            for (ExampleBatch batch = feed.next(); batch != null; batch = feed.next()) {
                rows += batch.size();
            }
        }
        return rows / ((System.nanoTime() - start) * 1e-9);
    }

    @Override
    public void close() {
        graph.close();
    }
}
