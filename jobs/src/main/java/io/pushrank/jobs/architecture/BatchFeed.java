package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/**
 * Fills the next batches in a thread of its own while the ranker learns from the present one. A few batches are used in
 * turn, so that memory stays the same.
 */
public final class BatchFeed implements AutoCloseable {
    private static final int BATCHES = 4;

    /** What the thread hands over: a batch, the end (null) or a failure. */
    private record Delivery(ExampleBatch batch, Throwable failure) {}

    private final BlockingQueue<ExampleBatch> empty = new ArrayBlockingQueue<>(BATCHES);
    private final BlockingQueue<Delivery> full = new ArrayBlockingQueue<>(BATCHES + 1);
    private final Thread thread;
    private ExampleBatch lent;

    /** @param examples is asked for the examples in the feed's thread */
    public BatchFeed(Supplier<Iterator<Example>> examples, FeatureShape shape, int capacity) {
        for (int batch = 0; batch < BATCHES; batch++) {
            empty.add(new ExampleBatch(shape, capacity));
        }
        thread = new Thread(() -> fill(examples), "examples");
        thread.setDaemon(true);
        thread.start();
    }

    private void fill(Supplier<Iterator<Example>> source) {
        Delivery end = new Delivery(null, null);
        try {
            Iterator<Example> examples = source.get();
            while (true) {
                ExampleBatch batch = empty.take();
                batch.fill(examples);
                if (batch.size() == 0) {
                    break;
                }
                full.put(new Delivery(batch, null));
            }
        } catch (InterruptedException closed) {
            return;
        } catch (Throwable failure) {
            end = new Delivery(null, failure);
        }
        // There is a place for it beside every batch.
        full.add(end);
    }

    /** The next batch, valid until the next call; null when there is none. */
    public ExampleBatch next() {
        if (lent != null) {
            empty.add(lent);
            lent = null;
        }
        Delivery delivery;
        try {
            delivery = full.take();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for examples", interrupted);
        }
        if (delivery.failure() instanceof RuntimeException failure) {
            throw failure;
        }
        if (delivery.failure() != null) {
            throw new IllegalStateException("examples cannot be read", delivery.failure());
        }
        lent = delivery.batch();
        if (lent == null) {
            // The end stays the end.
            full.add(delivery);
        }
        return lent;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
