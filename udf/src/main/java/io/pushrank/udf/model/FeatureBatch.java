package io.pushrank.udf.model;

import java.util.Arrays;

/**
 * Up to {@code capacity} rows of features in flat row-major arrays, filled row by row and reused after {@link #clear}.
 * Not thread-safe: one batch a task.
 */
public final class FeatureBatch {
    private final FeatureShape shape;
    private final int capacity;
    final float[] continuous;
    /** One byte a value, 1 = missing: the layout of a TensorFlow bool tensor. */
    final byte[] continuousMissing;

    final float[] binary;
    final SparseEntries sparse = new SparseEntries("sparse");
    final SparseEntries sparseContinuous = new SparseEntries("sparse_continuous");
    private int size;

    /**
     * @param shape widths of the dense inputs
     * @param capacity rows at most, at least 1; a scored batch is padded to it
     */
    public FeatureBatch(FeatureShape shape, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1, but is " + capacity);
        }
        this.shape = shape;
        this.capacity = capacity;
        this.continuous = new float[Math.multiplyExact(capacity, shape.continuous())];
        this.continuousMissing = new byte[continuous.length];
        this.binary = new float[Math.multiplyExact(capacity, shape.binary())];
    }

    public FeatureShape shape() {
        return shape;
    }

    public int capacity() {
        return capacity;
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == capacity;
    }

    /** Forgets every row, keeps the memory. */
    public void clear() {
        size = 0;
        sparse.clear();
        sparseContinuous.clear();
    }

    /**
     * Appends one row.
     *
     * @param continuous finite values, 0 where missing
     * @param continuousMissing true where the continuous value is missing
     * @param binary finite values
     * @param sparseIds full 64-bit hashes of discrete, string and sparse-binary features; any number of them
     * @param sparseValues one finite value an id
     * @param sparseContinuousIds full 64-bit hashes of sparse continuous features
     * @param sparseContinuousValues one finite value an id
     * @throws IllegalArgumentException when a width is wrong or a value is NaN or infinite
     * @throws IllegalStateException when the batch is full
     */
    public void add(
            float[] continuous,
            boolean[] continuousMissing,
            float[] binary,
            long[] sparseIds,
            float[] sparseValues,
            long[] sparseContinuousIds,
            float[] sparseContinuousValues) {
        if (size == capacity) {
            throw new IllegalStateException("batch is full: capacity " + capacity);
        }
        requireWidth("continuous", shape.continuous(), continuous.length);
        requireWidth("continuous_missing", shape.continuous(), continuousMissing.length);
        requireWidth("binary", shape.binary(), binary.length);
        requireWidth("sparse_values", sparseIds.length, sparseValues.length);
        requireWidth("sparse_continuous_values", sparseContinuousIds.length, sparseContinuousValues.length);
        requireFinite("continuous", continuous);
        requireFinite("binary", binary);
        requireFinite("sparse_values", sparseValues);
        requireFinite("sparse_continuous_values", sparseContinuousValues);

        int start = size * shape.continuous();
        for (int index = 0; index < continuous.length; index++) {
            // A missing value is 0 whatever stands in the array, so that the mask alone decides.
            this.continuous[start + index] = continuousMissing[index] ? 0f : continuous[index];
            this.continuousMissing[start + index] = (byte) (continuousMissing[index] ? 1 : 0);
        }
        System.arraycopy(binary, 0, this.binary, size * shape.binary(), binary.length);
        sparse.add(size, sparseIds, sparseValues);
        sparseContinuous.add(size, sparseContinuousIds, sparseContinuousValues);
        size++;
    }

    private void requireWidth(String name, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(
                    name + " of row " + size + " must have " + expected + " values, but has " + found);
        }
    }

    private void requireFinite(String name, float[] values) {
        for (int index = 0; index < values.length; index++) {
            if (!Float.isFinite(values[index])) {
                throw new IllegalArgumentException(
                        name + "[" + index + "] of row " + size + " must be finite, but is " + values[index]);
            }
        }
    }

    /** Hashed features of all rows as coordinate lists, rows ascending. */
    static final class SparseEntries {
        final String name;
        long[] ids = new long[64];
        float[] values = new float[64];
        long[] rows = new long[64];
        int count;

        private SparseEntries(String name) {
            this.name = name;
        }

        private void clear() {
            count = 0;
        }

        private void add(int row, long[] newIds, float[] newValues) {
            int needed = Math.addExact(count, newIds.length);
            if (needed > ids.length) {
                int length = Math.max(needed, ids.length * 2);
                ids = Arrays.copyOf(ids, length);
                values = Arrays.copyOf(values, length);
                rows = Arrays.copyOf(rows, length);
            }
            System.arraycopy(newIds, 0, ids, count, newIds.length);
            System.arraycopy(newValues, 0, values, count, newValues.length);
            Arrays.fill(rows, count, needed, row);
            count = needed;
        }
    }
}
