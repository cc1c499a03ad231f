package io.pushrank.jobs.table;

/** A set of numbers without an object for each: open addressing, at most half full. */
final class LongSet {
    private static final int CAPACITY = 1 << 10;

    private long[] slots = new long[CAPACITY];
    private boolean hasZero;
    private int size;

    void add(long value) {
        if (value == 0) {
            // An empty slot is 0.
            hasZero = true;
        } else if (put(slots, value) && ++size * 2 > slots.length) {
            long[] larger = new long[slots.length * 2];
            for (long each : slots) {
                if (each != 0) {
                    put(larger, each);
                }
            }
            slots = larger;
        }
    }

    private static boolean put(long[] slots, long value) {
        int mask = slots.length - 1;
        int slot = (int) ((value * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (slots[slot] != 0) {
            if (slots[slot] == value) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = value;
        return true;
    }

    /** All of them, in no order. */
    LongBuffer values() {
        LongBuffer values = new LongBuffer();
        if (hasZero) {
            values.add(0);
        }
        for (long each : slots) {
            if (each != 0) {
                values.add(each);
            }
        }
        return values;
    }
}
