package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/** A variable's value outside of TensorFlow: shape, type and row-major little-endian bytes. */
public final class Weight {
    private final Class<? extends TType> type;
    private final Shape shape;
    private final byte[] bytes;

    private Weight(Class<? extends TType> type, Shape shape, byte[] bytes) {
        this.type = type;
        this.shape = shape;
        this.bytes = bytes;
    }

    public static Weight of(Shape shape, float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new Weight(TFloat32.class, shape, buffer.array());
    }

    public static Weight of(Shape shape, double[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        return new Weight(TFloat64.class, shape, buffer.array());
    }

    /** Copies a fetched tensor. */
    public static Weight copyOf(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
        tensor.asRawTensor().data().read(bytes);
        return new Weight(tensor instanceof TFloat64 ? TFloat64.class : TFloat32.class, tensor.shape(), bytes);
    }

    public Class<? extends TType> type() {
        return type;
    }

    public Shape shape() {
        return shape;
    }

    public float[] floats() {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    public double[] doubles() {
        double[] values = new double[bytes.length / Double.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    /**
     * Another order along an axis.
     *
     * @param sources for each new position its old one, -1 for none
     * @param fill gives the values of positions that have none, element by element
     */
    public Weight reindexed(int axis, int[] sources, DoubleSupplier fill) {
        long[] dimensions = shape.asArray();
        int inner = 1;
        for (int index = axis + 1; index < dimensions.length; index++) {
            inner *= Math.toIntExact(dimensions[index]);
        }
        int length = Math.toIntExact(dimensions[axis]);
        int outer = Math.toIntExact(length == 0 ? 0 : shape.size() / length / inner);
        int width = width();
        dimensions[axis] = sources.length;
        ByteBuffer target =
                ByteBuffer.allocate(outer * sources.length * inner * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < outer; block++) {
            for (int source : sources) {
                if (source >= 0) {
                    target.put(bytes, (block * length + source) * inner * width, inner * width);
                } else {
                    for (int index = 0; index < inner; index++) {
                        put(target, fill.getAsDouble());
                    }
                }
            }
        }
        return new Weight(type, Shape.of(dimensions), target.array());
    }

    /** A vector with some elements of another one of the same type. */
    public Weight replaced(Weight other, boolean[] isReplaced) {
        byte[] mixed = bytes.clone();
        for (int index = 0; index < isReplaced.length; index++) {
            if (isReplaced[index]) {
                System.arraycopy(other.bytes, index * width(), mixed, index * width(), width());
            }
        }
        return new Weight(type, shape, mixed);
    }

    private int width() {
        return type == TFloat64.class ? Double.BYTES : Float.BYTES;
    }

    private void put(ByteBuffer target, double value) {
        if (type == TFloat64.class) {
            target.putDouble(value);
        } else {
            target.putFloat((float) value);
        }
    }

    /** Writes type, shape and bytes. */
    public void write(DataOutputStream output) throws IOException {
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
    public static Weight read(DataInputStream input) throws IOException {
        boolean isDouble = input.readBoolean();
        long[] dimensions = new long[requireLength("dimensions", input.readInt(), 8)];
        long size = isDouble ? Double.BYTES : Float.BYTES;
        for (int index = 0; index < dimensions.length; index++) {
            dimensions[index] = input.readLong();
            size *= dimensions[index];
        }
        byte[] bytes = new byte[requireLength("bytes", input.readInt(), Integer.MAX_VALUE)];
        if (bytes.length != size) {
            throw new IllegalArgumentException("bytes must be " + size + ", but are " + bytes.length);
        }
        input.readFully(bytes);
        return new Weight(isDouble ? TFloat64.class : TFloat32.class, Shape.of(dimensions), bytes);
    }

    private static int requireLength(String name, int length, int most) {
        Bounds.within(name, length, 0, most);
        return length;
    }

    /** A tensor with this value; the caller closes it. */
    Tensor toTensor() {
        return Tensor.of(type, shape, DataBuffers.of(bytes, true, false));
    }

    /** SHA-256 of variables by name, in hexadecimal digits: of their names and bytes. */
    public static String digest(Map<String, Weight> weights) {
        MessageDigest digest = DigestUtils.getSha256Digest();
        new TreeMap<>(weights).forEach((name, weight) -> {
            digest.update(DigestUtils.sha256Hex(name).getBytes(StandardCharsets.UTF_8));
            digest.update(weight.bytes);
        });
        return Hex.encodeHexString(digest.digest());
    }
}
