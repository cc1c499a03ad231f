package io.pushrank.udf.kernel;

/**
 * For each feature on its own, a tiny neural net 1 → 2 → 1 → 1 with tanh after each layer, then batch normalization.
 *
 * <p>Since tanh(u) = 1 − 2 s with s = 1 / (1 + 2^(2 log2(e) u)), the factor goes into the layer before s, and 1 − 2 s into
 * the one after it: what is left is s = 1 / (1 + 2^t) of sums of products.
 */
public final class Adaptive {
    /** Numbers a feature in {@link #weights()}. */
    public static final int STRIDE = 11;

    private static final double FACTOR = 2 / Math.log(2);

    private final int width;
    private final float[] weights;

    /**
     * @param kernel1 [width, 2], and so on as trained
     * @param scale of the batch normalization, [width]
     * @param shift of the batch normalization, [width]
     */
    public Adaptive(
            float[] kernel1,
            float[] bias1,
            float[] kernel2,
            float[] bias2,
            float[] kernel3,
            float[] bias3,
            double[] scale,
            double[] shift) {
        this.width = bias2.length;
        this.weights = new float[STRIDE * width];
        for (int feature = 0; feature < width; feature++) {
            int first = 2 * feature;
            int second = first + 1;
            double[] folded = {
                FACTOR * kernel1[first],
                FACTOR * bias1[first],
                FACTOR * kernel1[second],
                FACTOR * bias1[second],
                -2 * FACTOR * kernel2[first],
                -2 * FACTOR * kernel2[second],
                FACTOR * ((double) bias2[feature] + kernel2[first] + kernel2[second]),
                -2 * FACTOR * kernel3[feature],
                FACTOR * ((double) bias3[feature] + kernel3[feature]),
                -2 * scale[feature],
                shift[feature] + scale[feature]
            };
            for (int index = 0; index < STRIDE; index++) {
                weights[feature * STRIDE + index] = (float) folded[index];
            }
        }
    }

    public int width() {
        return width;
    }

    /**
     * By feature, {@link #STRIDE} numbers: weight and bias of both first sums, both weights and bias of the second, weight
     * and bias of the third, scale and shift of the result.
     */
    public float[] weights() {
        return weights;
    }
}
