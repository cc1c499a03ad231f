package io.pushrank.jobs.table;

import java.util.Arrays;

/** Numbers in an array that grows. */
final class LongBuffer {
    private long[] values = new long[16];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    void addAll(long[] others) {
        if (others.length > values.length - size) {
            values = Arrays.copyOf(values, Math.max(size + others.length, size * 2));
        }
        System.arraycopy(others, 0, values, size, others.length);
        size += others.length;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /**
     * Sorts them and keeps one of each.
     *
     * @return whether one was there twice
     */
    boolean sortDistinct() {
        Arrays.sort(values, 0, size);
        int kept = 0;
        for (int index = 0; index < size; index++) {
            if (index == 0 || values[index] != values[kept - 1]) {
                values[kept++] = values[index];
            }
        }
        boolean hasDoubles = kept < size;
        size = kept;
        return hasDoubles;
    }

    /** Sorts them, equal ones beside each other. */
    void sort() {
        Arrays.sort(values, 0, size);
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
