package io.pushrank.udf.model;

/**
 * A dense layer whose inputs are gated by themselves: g = sigmoid(W x + b), out = V (g ⊙ x) + c. Kernels are row-major
 * [in, out].
 */
final class SelfAttentionDense {
    private final int in;
    private final int out;
    private final float[] gateKernel;
    private final float[] gateBias;
    private final float[] kernel;
    private final float[] bias;

    SelfAttentionDense(LightVariables variables, String name, int in) {
        this.in = in;
        this.gateKernel = variables.floats(name + ".gate_kernel", in, in);
        this.gateBias = variables.floats(name + ".gate_bias", in);
        this.bias = variables.floats(name + ".bias", -1);
        this.out = bias.length;
        this.kernel = variables.floats(name + ".kernel", in, out);
    }

    int out() {
        return out;
    }

    /** The layer's output before any activation. */
    float[] apply(float[] x) {
        float[] gate = affine(x, gateKernel, gateBias, in, in);
        for (int index = 0; index < in; index++) {
            gate[index] = x[index] * sigmoid(gate[index]);
        }
        return affine(gate, kernel, bias, in, out);
    }

    /**
     * Four inputs at a time, so that the inner loop adds rows of the kernel, which the compiler vectorises, and the sums are
     * loaded and stored a quarter as often. Inputs of 0 cost nothing: a mask of missing values is mostly 0.
     */
    private static float[] affine(float[] x, float[] kernel, float[] bias, int in, int out) {
        float[] y = bias.clone();
        int i = 0;
        for (; i + 4 <= in; i += 4) {
            float first = x[i];
            float second = x[i + 1];
            float third = x[i + 2];
            float fourth = x[i + 3];
            if (first == 0 && second == 0 && third == 0 && fourth == 0) {
                continue;
            }
            int row = i * out;
            int row2 = row + out;
            int row3 = row2 + out;
            int row4 = row3 + out;
            for (int j = 0; j < out; j++) {
                y[j] += first * kernel[row + j]
                        + second * kernel[row2 + j]
                        + third * kernel[row3 + j]
                        + fourth * kernel[row4 + j];
            }
        }
        for (; i < in; i++) {
            float value = x[i];
            int row = i * out;
            for (int j = 0; j < out; j++) {
                y[j] += value * kernel[row + j];
            }
        }
        return y;
    }

    static float sigmoid(float x) {
        return (float) (1.0 / (1.0 + Math.exp(-x)));
    }
}
