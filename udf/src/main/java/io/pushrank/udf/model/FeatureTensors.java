package io.pushrank.udf.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** A batch as TensorFlow tensors under the SavedModel's input names; owns native memory until closed. */
public final class FeatureTensors implements AutoCloseable {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private FeatureTensors() {}

    /**
     * Copies a batch.
     *
     * @param batch the rows
     * @param rows rows of the tensors; those beyond the batch's size are zeros
     * @param hashBits sparse ids are cut to this many lowest bits
     * @param kind the light ranker has neither binary nor sparse continuous inputs
     */
    public static FeatureTensors of(FeatureBatch batch, int rows, int hashBits, ModelKind kind) {
        if (rows < batch.size() || rows > batch.capacity()) {
            throw new IllegalArgumentException(
                    "rows must be from " + batch.size() + " to " + batch.capacity() + ", but are " + rows);
        }
        FeatureTensors result = new FeatureTensors();
        try {
            int width = batch.shape().continuous();
            result.tensors.put(ModelSignature.CONTINUOUS, floats(batch.continuous, batch.size() * width, rows, width));
            result.tensors.put(
                    ModelSignature.CONTINUOUS_MISSING,
                    booleans(batch.continuousMissing, batch.size() * width, rows, width));
            result.putSparse(batch.sparse, hashBits);
            if (kind == ModelKind.HEAVY) {
                int binary = batch.shape().binary();
                result.tensors.put(ModelSignature.BINARY, floats(batch.binary, batch.size() * binary, rows, binary));
                result.putSparse(batch.sparseContinuous, hashBits);
            }
            return result;
        } catch (RuntimeException failure) {
            result.close();
            throw failure;
        }
    }

    /** The tensors by input name; they are closed with this object. */
    public Map<String, Tensor> byName() {
        return tensors;
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
        tensors.clear();
    }

    private void putSparse(FeatureBatch.SparseEntries entries, int hashBits) {
        long mask = (1L << hashBits) - 1;
        long[] buckets = new long[entries.count];
        for (int index = 0; index < buckets.length; index++) {
            buckets[index] = entries.ids[index] & mask;
        }
        Shape shape = Shape.of(entries.count);
        tensors.put(entries.name + "_ids", TInt64.tensorOf(shape, DataBuffers.of(buckets, true, false)));
        tensors.put(
                entries.name + "_values",
                TFloat32.tensorOf(
                        shape, DataBuffers.of(entries.values, true, false).narrow(entries.count)));
        tensors.put(
                entries.name + "_rows",
                TInt64.tensorOf(shape, DataBuffers.of(entries.rows, true, false).narrow(entries.count)));
    }

    private static TFloat32 floats(float[] values, int filled, int rows, int width) {
        return TFloat32.tensorOf(Shape.of(rows, width), tensor -> {
            var target = tensor.asRawTensor().data().asFloats();
            target.write(values, 0, filled);
            // Native memory is not zeroed, and the array's rows past the batch's end hold an earlier batch.
            int padding = rows * width - filled;
            if (padding > 0) {
                target.offset(filled).write(new float[padding]);
            }
        });
    }

    private static TBool booleans(byte[] values, int filled, int rows, int width) {
        return TBool.tensorOf(Shape.of(rows, width), tensor -> {
            var target = tensor.asRawTensor().data();
            target.write(values, 0, filled);
            int padding = rows * width - filled;
            if (padding > 0) {
                target.offset(filled).write(new byte[padding]);
            }
        });
    }
}
