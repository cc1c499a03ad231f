package io.pushrank.jobs.train;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/** A variable's value outside of TensorFlow: shape, type and row-major little-endian bytes. */
final class Weight {
    private final Class<? extends TType> type;
    private final Shape shape;
    private final byte[] bytes;

    private Weight(Class<? extends TType> type, Shape shape, byte[] bytes) {
        this.type = type;
        this.shape = shape;
        this.bytes = bytes;
    }

    static Weight of(Shape shape, float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new Weight(TFloat32.class, shape, buffer.array());
    }

    static Weight of(Shape shape, double[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        return new Weight(TFloat64.class, shape, buffer.array());
    }

    /** Copies a fetched tensor. */
    static Weight copyOf(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
        tensor.asRawTensor().data().read(bytes);
        return new Weight(tensor instanceof TFloat64 ? TFloat64.class : TFloat32.class, tensor.shape(), bytes);
    }

    Class<? extends TType> type() {
        return type;
    }

    Shape shape() {
        return shape;
    }

    float[] floats() {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** Writes type, shape and bytes. */
    void write(DataOutputStream output) throws IOException {
        output.writeBoolean(type == TFloat64.class);
        output.writeInt(shape.numDimensions());
        for (long dimension : shape.asArray()) {
            output.writeLong(dimension);
        }
        output.writeInt(bytes.length);
        output.write(bytes);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException when it is something else
     */
    static Weight read(DataInputStream input) throws IOException {
        boolean isDouble = input.readBoolean();
        long[] dimensions = new long[requireLength("dimensions", input.readInt(), 8)];
        long size = isDouble ? Double.BYTES : Float.BYTES;
        for (int index = 0; index < dimensions.length; index++) {
            dimensions[index] = input.readLong();
            size *= dimensions[index];
        }
        byte[] bytes = new byte[requireLength("bytes", input.readInt(), Integer.MAX_VALUE)];
        if (bytes.length != size) {
            throw new IllegalArgumentException("bytes must be " + size + ", cannot be: " + bytes.length);
        }
        input.readFully(bytes);
        return new Weight(isDouble ? TFloat64.class : TFloat32.class, Shape.of(dimensions), bytes);
    }

    private static int requireLength(String name, int length, int most) {
        if (length < 0 || length > most) {
            throw new IllegalArgumentException(name + " must be from 0 to " + most + ", cannot be: " + length);
        }
        return length;
    }

    void addTo(MessageDigest digest) {
        digest.update(bytes);
    }

    /** A tensor with this value; the caller closes it. */
    Tensor toTensor() {
        return Tensor.of(type, shape, DataBuffers.of(bytes, true, false));
    }
}
