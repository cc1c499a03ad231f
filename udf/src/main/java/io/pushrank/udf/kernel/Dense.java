package io.pushrank.udf.kernel;

/** Weights of W x + b, in the layouts that the kernels read one after the other. */
public final class Dense {
    /** Outputs of a group: their sums are kept in registers while the inputs go by. */
    public static final int GROUP = 4;

    private final int in;
    private final int out;
    private final float[] rows;
    private final float[] groups;
    private final float[] bias;

    /**
     * @param kernel row-major [in, out]
     * @param bias [out]
     * @param factor multiplies both
     */
    public Dense(float[] kernel, float[] bias, double factor) {
        this.out = bias.length;
        this.in = kernel.length / out;
        this.rows = new float[kernel.length];
        int padded = (out + GROUP - 1) / GROUP * GROUP;
        this.groups = new float[in * padded];
        this.bias = new float[padded];
        for (int output = 0; output < out; output++) {
            this.bias[output] = (float) (factor * bias[output]);
            for (int input = 0; input < in; input++) {
                float weight = (float) (factor * kernel[input * out + output]);
                rows[input * out + output] = weight;
                groups[(output / GROUP * in + input) * GROUP + output % GROUP] = weight;
            }
        }
    }

    public int in() {
        return in;
    }

    public int out() {
        return out;
    }

    /** [in, out]. */
    public float[] rows() {
        return rows;
    }

    /** [groups of {@link #GROUP} outputs, in, output of the group]; outputs that do not exist have weight 0. */
    public float[] groups() {
        return groups;
    }

    /** [groups of outputs, output of the group]. */
    public float[] bias() {
        return bias;
    }
}
