package io.pushrank.jobs.architecture;

import java.util.Iterator;

/** Where examples come from, in constant memory. */
@FunctionalInterface
public interface ExampleSource {
    /**
     * All examples once, in an order that is shuffled by a seed and differs between epochs; the same epoch always gives
     * the same order. The iterator may be used from another thread than the one that asked for it.
     *
     * @param epoch from 0
     */
    Iterator<Example> epoch(int epoch);

    /**
     * An epoch without its first examples: where a training goes on that was broken off.
     *
     * @param skip examples left out, at least 0
     */
    default Iterator<Example> epoch(int epoch, long skip) {
        Iterator<Example> examples = epoch(epoch);
        for (long skipped = 0; skipped < skip && examples.hasNext(); skipped++) {
            examples.next();
        }
        return examples;
    }

    /** Examples of an epoch; -1 when that is not known. */
    default long count() {
        return -1;
    }

    /** Tells whether two sources give the same examples in the same orders; empty when that is not known. */
    default String digest() {
        return "";
    }
}
