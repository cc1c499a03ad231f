package io.pushrank.jobs.train;

import java.util.Iterator;

/** Where examples come from, in constant memory. */
@FunctionalInterface
public interface ExampleSource {
    /**
     * All examples once, in an order that is shuffled by a seed and differs between epochs; the same epoch always gives
     * the same order.
     *
     * @param epoch from 0
     */
    Iterator<Example> epoch(int epoch);
}
