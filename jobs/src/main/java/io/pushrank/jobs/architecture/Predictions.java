package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Outputs, labels and weights of the evaluation examples, in their order. */
public final class Predictions {
    private final Map<String, float[]> columns = new LinkedHashMap<>();
    private int size;

    /**
     * Predicts whole batches until there are as many rows as wanted or no more examples.
     *
     * @param predict outputs of a batch by name, [B] each
     */
    public static Predictions of(
            ExampleSource examples,
            FeatureShape shape,
            int batchRows,
            long wantedRows,
            Function<ExampleBatch, Map<String, float[]>> predict) {
        Predictions predictions = new Predictions();
        try (BatchFeed feed = new BatchFeed(() -> examples.epoch(0), shape, batchRows)) {
            while (predictions.size < wantedRows) {
                ExampleBatch batch = feed.next();
                if (batch == null) {
                    break;
                }
                Map<String, float[]> values = new LinkedHashMap<>(predict.apply(batch));
                values.put("oonc", batch.oonc());
                values.put("engagement", batch.engagement());
                values.put("label", batch.heavyScore());
                values.put("weight", batch.weight());
                predictions.add(batch.size(), values);
            }
        }
        return predictions;
    }

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
