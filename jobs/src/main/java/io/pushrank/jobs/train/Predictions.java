package io.pushrank.jobs.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Outputs and labels of the evaluation examples, in their order. */
final class Predictions {
    private final Map<String, float[]> columns = new LinkedHashMap<>();
    private int size;

    void add(int rows, Map<String, float[]> values) {
        values.forEach((name, added) -> {
            float[] column = columns.getOrDefault(name, new float[0]);
            if (column.length < size + rows) {
                column = Arrays.copyOf(column, Math.max(size + rows, column.length * 2));
                columns.put(name, column);
            }
            System.arraycopy(added, 0, column, size, rows);
        });
        size += rows;
    }

    int size() {
        return size;
    }

    float[] column(String name) {
        return Arrays.copyOf(columns.get(name), size);
    }
}
