package io.pushrank.udf.kernel;

import java.util.Arrays;

/** Batch normalization with its trained statistics, as one multiplication and one addition a feature. */
public final class Normalizer {
    private final float[] scale;
    private final float[] shift;

    /**
     * @param scale [features]
     * @param shift [features]
     */
    public Normalizer(double[] scale, double[] shift) {
        this.scale = floats(scale);
        this.shift = floats(shift);
    }

    /** Leaves so many features as they are. */
    public static Normalizer none(int width) {
        double[] ones = new double[width];
        Arrays.fill(ones, 1);
        return new Normalizer(ones, new double[width]);
    }

    /** [features]. */
    public float[] scale() {
        return scale;
    }

    /** [features]. */
    public float[] shift() {
        return shift;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int index = 0; index < values.length; index++) {
            floats[index] = (float) values[index];
        }
        return floats;
    }
}
