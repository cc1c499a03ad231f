package io.pushrank.udf.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows that every model is asked about when it is loaded, since a weight that is not finite shows only where it is used:
 * zeros, everything missing, the ends of the range, and seeded random rows with sparse ids.
 */
final class Canary {
    private static final float EXTREME = 1e12f;
    private static final int RANDOM_ROWS = 4;

    private Canary() {}

    @SuppressWarnings("ArrayRecordComponent") // As models take them.
    record Row(float[] continuous, boolean[] missing, float[] binary, long[] ids, float[] values) {}

    static List<Row> rows(FeatureShape shape) {
        List<Row> rows = new ArrayList<>();
        rows.add(constant(shape, 0, false));
        rows.add(constant(shape, 0, true));
        rows.add(constant(shape, EXTREME, false));
        rows.add(constant(shape, -EXTREME, false));
        SplittableRandom random = new SplittableRandom(7);
        for (int row = 0; row < RANDOM_ROWS; row++) {
            Row drawn = constant(shape, 0, false);
            for (int index = 0; index < shape.continuous(); index++) {
                drawn.missing[index] = random.nextInt(4) == 0;
                drawn.continuous[index] = drawn.missing[index] ? 0 : (float) Math.exp(random.nextDouble(-10, 10));
            }
            for (int index = 0; index < shape.binary(); index++) {
                drawn.binary[index] = random.nextInt(2);
            }
            long[] ids = random.longs(8).toArray();
            float[] values = new float[ids.length];
            Arrays.fill(values, 1);
            rows.add(new Row(drawn.continuous, drawn.missing, drawn.binary, ids, values));
        }
        return rows;
    }

    static FeatureBatch batch(FeatureShape shape) {
        List<Row> rows = rows(shape);
        FeatureBatch batch = new FeatureBatch(shape, rows.size());
        for (Row row : rows) {
            batch.add(row.continuous, row.missing, row.binary, row.ids, row.values, row.ids, row.values);
        }
        return batch;
    }

    private static Row constant(FeatureShape shape, float value, boolean isMissing) {
        float[] continuous = new float[shape.continuous()];
        boolean[] missing = new boolean[shape.continuous()];
        float[] binary = new float[shape.binary()];
        Arrays.fill(continuous, value);
        Arrays.fill(missing, isMissing);
        Arrays.fill(binary, value > 0 ? 1 : 0);
        return new Row(continuous, missing, binary, new long[0], new float[0]);
    }
}
