package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.udf.scoring.FeatureArrays;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Examples as bytes, little-endian, so that whole arrays are copied at once: four counts (continuous, binary, sparse, sparse
 * continuous), five labels and weights, then the arrays in the order of {@link Example}, the missing mask as one byte a
 * value.
 */
final class ExampleCodec {
    /** Columns of the rows that {@link #append} takes. */
    static final String[] COLUMNS = {
        "features", "label_oonc", "label_engagement", "label_dislike", "heavy_score", "weight"
    };

    private static final int SCALARS = 5;

    private ByteBuffer buffer = allocate(1 << 20);

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Appends a row of {@link #COLUMNS}. */
    void append(InternalRow row) {
        InternalRow features = row.getStruct(0, FeatureArrays.FIELDS);
        append(new Example(
                FeatureArrays.continuous(features),
                FeatureArrays.continuousMissing(features),
                FeatureArrays.binary(features),
                FeatureArrays.sparseIds(features),
                FeatureArrays.sparseValues(features),
                FeatureArrays.sparseContinuousIds(features),
                FeatureArrays.sparseContinuousValues(features),
                row.getFloat(1),
                row.getFloat(2),
                row.getFloat(3),
                row.getFloat(4),
                row.getFloat(5)));
    }

    void append(Example example) {
        int sparse = example.sparseIds().length;
        int sparseContinuous = example.sparseContinuousIds().length;
        int continuous = example.continuous().length;
        int binary = example.binary().length;
        reserve(Integer.BYTES * (4 + SCALARS)
                + continuous * (Float.BYTES + 1)
                + binary * Float.BYTES
                + (sparse + sparseContinuous) * (Long.BYTES + Float.BYTES));
        buffer.putInt(continuous).putInt(binary).putInt(sparse).putInt(sparseContinuous);
        buffer.putFloat(example.oonc())
                .putFloat(example.engagement())
                .putFloat(example.dislike())
                .putFloat(example.heavyScore())
                .putFloat(example.weight());
        put(example.continuous());
        for (boolean missing : example.continuousMissing()) {
            buffer.put((byte) (missing ? 1 : 0));
        }
        put(example.binary());
        put(example.sparseIds());
        put(example.sparseValues());
        put(example.sparseContinuousIds());
        put(example.sparseContinuousValues());
    }

    /** What was appended since the last call. */
    byte[] take() {
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        buffer.clear();
        return bytes;
    }

    /** The examples of {@link #take}, in their order. */
    static List<Example> decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Example> examples = new ArrayList<>();
        while (buffer.hasRemaining()) {
            int continuous = buffer.getInt();
            int binary = buffer.getInt();
            int sparse = buffer.getInt();
            int sparseContinuous = buffer.getInt();
            float oonc = buffer.getFloat();
            float engagement = buffer.getFloat();
            float dislike = buffer.getFloat();
            float heavyScore = buffer.getFloat();
            float weight = buffer.getFloat();
            examples.add(new Example(
                    floats(buffer, continuous),
                    booleans(buffer, continuous),
                    floats(buffer, binary),
                    longs(buffer, sparse),
                    floats(buffer, sparse),
                    longs(buffer, sparseContinuous),
                    floats(buffer, sparseContinuous),
                    oonc,
                    engagement,
                    dislike,
                    heavyScore,
                    weight));
        }
        return examples;
    }

    private void reserve(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            buffer.flip();
            buffer = larger.put(buffer);
        }
    }

    private void put(float[] values) {
        buffer.asFloatBuffer().put(values);
        buffer.position(buffer.position() + values.length * Float.BYTES);
    }

    private void put(long[] values) {
        buffer.asLongBuffer().put(values);
        buffer.position(buffer.position() + values.length * Long.BYTES);
    }

    private static float[] floats(ByteBuffer buffer, int count) {
        float[] values = new float[count];
        buffer.asFloatBuffer().get(values);
        buffer.position(buffer.position() + count * Float.BYTES);
        return values;
    }

    private static long[] longs(ByteBuffer buffer, int count) {
        long[] values = new long[count];
        buffer.asLongBuffer().get(values);
        buffer.position(buffer.position() + count * Long.BYTES);
        return values;
    }

    private static boolean[] booleans(ByteBuffer buffer, int count) {
        boolean[] values = new boolean[count];
        for (int index = 0; index < count; index++) {
            values[index] = buffer.get() != 0;
        }
        return values;
    }
}
