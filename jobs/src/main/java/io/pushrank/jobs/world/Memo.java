package io.pushrank.jobs.world;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongFunction;

/**
 * Values that were made lately, so that they need not be made again. It holds one value a slot, so that its size is
 * bounded; another key of the same slot replaces it.
 *
 * <p>Threads share it without locks: values are immutable and follow from their keys, so that a lost race makes a value
 * twice and changes nothing.
 */
final class Memo<V> {
    private final AtomicReferenceArray<Entry<V>> slots;
    private final int shift;
    private final LongFunction<V> make;

    private record Entry<V>(long key, V value) {}

    /**
     * @param keys how many keys there are, as far as known; it has as many slots, or somewhat more
     * @param mostSlots a power of two
     */
    Memo(long keys, int mostSlots, LongFunction<V> make) {
        int size = 2;
        while (size < keys && size < mostSlots) {
            size *= 2;
        }
        this.slots = new AtomicReferenceArray<>(size);
        this.shift = Long.numberOfLeadingZeros(size) + 1;
        this.make = make;
    }

    V get(long key) {
        // Fibonacci hashing: neighbors are spread evenly.
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
        Entry<V> entry = slots.getAcquire(slot);
        if (entry == null || entry.key() != key) {
            entry = new Entry<>(key, make.apply(key));
            slots.setRelease(slot, entry);
        }
        return entry.value();
    }
}
