package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.udf.model.FeatureShape;
import java.util.LinkedHashMap;
import java.util.Map;

/** The rows of each batch that one of several workers takes: as many as the others', or one more. */
final class Share {
    private final Ring ring;
    private final ExampleBatch rows;

    Share(Ring ring, FeatureShape shape, int batchRows) {
        this.ring = ring;
        rows = new ExampleBatch(shape, batchRows);
    }

    /** This worker's rows, valid until the next call. */
    ExampleBatch of(ExampleBatch batch) {
        int from = from(batch, ring.worker());
        rows.fill(
                batch.examples.subList(from, from + size(batch, ring.worker())).iterator());
        return rows;
    }

    /** What each worker has of its rows, by name: that of the whole batch. */
    Map<String, float[]> gather(Map<String, float[]> own) {
        Map<String, float[]> whole = new LinkedHashMap<>();
        own.forEach((name, values) -> whole.put(name, Vectors.join(ring.gather(values))));
        return whole;
    }

    /** How many rows a worker takes. */
    int size(ExampleBatch batch, int worker) {
        return from(batch, worker + 1) - from(batch, worker);
    }

    private int from(ExampleBatch batch, int worker) {
        return (int) ((long) batch.size() * worker / ring.workers());
    }
}
