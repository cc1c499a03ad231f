package io.pushrank.udf.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class FeatureBatchTest {
    private static final float[] NO_VALUES = {};
    private static final long[] NO_IDS = {};

    private final FeatureBatch batch = new FeatureBatch(new FeatureShape(2, 1), 3);

    @Test
    void tensorsCarryRowsMasksAndMaskedIdsAndZerosForPadding() {
        add(1, 2);
        batch.clear();
        batch.add(
                new float[] {3, 9},
                new boolean[] {false, true},
                new float[] {1},
                new long[] {-1L, 256L + 7},
                new float[] {1, 2},
                NO_IDS,
                NO_VALUES);
        batch.add(
                new float[] {4, 5},
                new boolean[2],
                new float[] {0},
                new long[] {5},
                new float[] {1},
                new long[] {1},
                new float[] {-8});
        try (FeatureTensors tensors = FeatureTensors.of(batch, 3, 8, ModelKind.HEAVY)) {
            assertArrayEquals(new float[] {3, 0, 4, 5, 0, 0}, floats(tensors, "continuous"));
            TBool missing = (TBool) tensors.byName().get("continuous_missing");
            assertTrue(missing.getBoolean(0, 1));
            assertTrue(!missing.getBoolean(0, 0) && !missing.getBoolean(2, 1));
            assertArrayEquals(new float[] {1, 0, 0}, floats(tensors, "binary"));
            assertArrayEquals(new long[] {255, 7, 5}, longs(tensors, "sparse_ids"));
            assertArrayEquals(new float[] {1, 2, 1}, floats(tensors, "sparse_values"));
            assertArrayEquals(new long[] {0, 0, 1}, longs(tensors, "sparse_rows"));
            assertArrayEquals(new float[] {-8}, floats(tensors, "sparse_continuous_values"));
            assertArrayEquals(new long[] {1}, longs(tensors, "sparse_continuous_rows"));
        }
    }

    @Test
    void aBatchWithoutSparseEntriesHasEmptyTensors() {
        add(1, 2);
        try (FeatureTensors tensors = FeatureTensors.of(batch, 1, 8, ModelKind.LIGHT)) {
            assertEquals(0, longs(tensors, "sparse_ids").length);
            assertEquals(5, tensors.byName().size());
        }
    }

    @Test
    void anythingButAFiniteNumberIsRefusedWithItsPlace() {
        add(1, 2);
        assertEquals(
                "continuous[1] of row 1 must be finite, but is NaN",
                assertThrows(IllegalArgumentException.class, () -> add(1, Float.NaN))
                        .getMessage());
        assertEquals(1, batch.size());
        assertEquals(
                "sparse_values[0] of row 1 must be finite, but is Infinity",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> batch.add(
                                        new float[2],
                                        new boolean[2],
                                        new float[1],
                                        new long[] {1},
                                        new float[] {Float.POSITIVE_INFINITY},
                                        NO_IDS,
                                        NO_VALUES))
                        .getMessage());
    }

    @Test
    void aRowOfAnotherWidthIsRefused() {
        assertEquals(
                "binary of row 0 must have 1 values, but has 2",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> batch.add(
                                        new float[2],
                                        new boolean[2],
                                        new float[2],
                                        NO_IDS,
                                        NO_VALUES,
                                        NO_IDS,
                                        NO_VALUES))
                        .getMessage());
    }

    @Test
    void aFullBatchTakesNoMore() {
        add(1, 1);
        add(2, 2);
        add(3, 3);
        assertTrue(batch.isFull());
        assertEquals(
                "batch is full: capacity 3",
                assertThrows(IllegalStateException.class, () -> add(4, 4)).getMessage());
    }

    private void add(float first, float second) {
        batch.add(new float[] {first, second}, new boolean[2], new float[1], NO_IDS, NO_VALUES, NO_IDS, NO_VALUES);
    }

    private static float[] floats(FeatureTensors tensors, String name) {
        TFloat32 tensor = (TFloat32) tensors.byName().get(name);
        float[] values = new float[(int) tensor.size()];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    private static long[] longs(FeatureTensors tensors, String name) {
        TInt64 tensor = (TInt64) tensors.byName().get(name);
        long[] values = new long[(int) tensor.size()];
        tensor.asRawTensor().data().asLongs().read(values);
        return values;
    }
}
