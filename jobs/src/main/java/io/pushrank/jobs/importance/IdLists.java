package io.pushrank.jobs.importance;

import java.io.Serializable;
import java.util.Arrays;

/** Ids and values of the sparse features of rows, by row and feature. */
final class IdLists implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int features;
    /** Start of the ids of each row and feature, and the end of the last. */
    private final int[] starts;

    private final long[] ids;
    private final float[] values;

    /**
     * Lists of rows.
     *
     * @param features at least 1
     * @param counts ids of each row and feature, rows first
     * @param ids of all rows
     * @param values of all rows
     */
    IdLists(int features, int[] counts, long[] ids, float[] values) {
        this.features = features;
        this.starts = new int[counts.length + 1];
        for (int index = 0; index < counts.length; index++) {
            starts[index + 1] = Math.addExact(starts[index], counts[index]);
        }
        this.ids = ids;
        this.values = values;
    }

    /** Whether a feature has the same ids and values in all rows. */
    boolean isConstant(int feature) {
        int rows = (starts.length - 1) / features;
        for (int row = 1; row < rows; row++) {
            int start = start(row, feature);
            int end = end(row, feature);
            if (!Arrays.equals(ids, start(0, feature), end(0, feature), ids, start, end)
                    || !Arrays.equals(values, start(0, feature), end(0, feature), values, start, end)) {
                return false;
            }
        }
        return true;
    }

    /** How many ids a row has when some of its features are another row's. */
    private int count(int row, int other, boolean[] isMoved) {
        int count = 0;
        for (int feature = 0; feature < features; feature++) {
            int from = isMoved[feature] ? other : row;
            count += end(from, feature) - start(from, feature);
        }
        return count;
    }

    /**
     * Ids of a row.
     *
     * @param isMoved by feature, whether they are those of the other row
     */
    long[] ids(int row, int other, boolean[] isMoved) {
        long[] result = new long[count(row, other, isMoved)];
        copy(row, other, isMoved, ids, result);
        return result;
    }

    /** Values, as {@link #ids}. */
    float[] values(int row, int other, boolean[] isMoved) {
        float[] result = new float[count(row, other, isMoved)];
        copy(row, other, isMoved, values, result);
        return result;
    }

    private void copy(int row, int other, boolean[] isMoved, Object source, Object target) {
        int filled = 0;
        for (int feature = 0; feature < features; feature++) {
            int from = isMoved[feature] ? other : row;
            int count = end(from, feature) - start(from, feature);
            System.arraycopy(source, start(from, feature), target, filled, count);
            filled += count;
        }
    }

    private int start(int row, int feature) {
        return starts[row * features + feature];
    }

    private int end(int row, int feature) {
        return starts[row * features + feature + 1];
    }
}
