package io.pushrank.udf.kernel;

/** One row at a time in plain Java: for a single row, and for every JVM that the vector kernel does not suit. */
final class PlainKernel implements Kernel {
    @Override
    public int rows() {
        return 1;
    }

    @Override
    public String summary() {
        return "plain Java, a row at a time";
    }

    @Override
    public void gate(Dense gate, float[] x, float[] y) {
        affine(gate, x, y, 0);
        multiplyByGate(gate, x, y);
    }

    @Override
    public void gate(Dense gate, int[] inputs, int count, float[] x, float[] y) {
        affine(gate, inputs, count, x, y, 0);
        multiplyByGate(gate, x, y);
    }

    private static void multiplyByGate(Dense gate, float[] x, float[] y) {
        for (int output = 0; output < gate.out(); output++) {
            y[output] = x[output] / (1 + Power.of(y[output]));
        }
    }

    @Override
    public void dense(Dense dense, float slope, Normalizer normalizer, float[] x, float[] y, int first) {
        affine(dense, x, y, first);
        finish(dense, slope, normalizer, y, first);
    }

    @Override
    public void dense(
            Dense dense, int[] inputs, int count, float slope, Normalizer normalizer, float[] x, float[] y, int first) {
        affine(dense, inputs, count, x, y, first);
        finish(dense, slope, normalizer, y, first);
    }

    private static void finish(Dense dense, float slope, Normalizer normalizer, float[] y, int first) {
        float[] scale = normalizer.scale();
        float[] shift = normalizer.shift();
        for (int output = first; output < first + dense.out(); output++) {
            float sum = y[output];
            y[output] = Math.fma(sum < 0 ? sum * slope : sum, scale[output], shift[output]);
        }
    }

    @Override
    public void sigmoid(Dense dense, float[] x, float[] y) {
        affine(dense, x, y, 0);
        for (int output = 0; output < dense.out(); output++) {
            y[output] = 1 / (1 + Power.of(y[output]));
        }
    }

    @Override
    public void adapt(Adaptive adaptive, float[] x, float[] y) {
        float[] w = adaptive.weights();
        for (int feature = 0; feature < adaptive.width(); feature++) {
            int at = feature * Adaptive.STRIDE;
            float upper = 1 / (1 + Power.of(Math.fma(x[feature], w[at], w[at + 1])));
            float lower = 1 / (1 + Power.of(Math.fma(x[feature], w[at + 2], w[at + 3])));
            float middle = Math.fma(lower, w[at + 5], Math.fma(upper, w[at + 4], w[at + 6]));
            middle = 1 / (1 + Power.of(middle));
            float last = 1 / (1 + Power.of(Math.fma(middle, w[at + 7], w[at + 8])));
            y[feature] = Math.fma(last, w[at + 9], w[at + 10]);
        }
    }

    /**
     * Four inputs at a time, so that the inner loop adds rows of the kernel, which the compiler vectorizes, and the sums are
     * loaded and stored a quarter as often.
     */
    private static void affine(Dense dense, float[] x, float[] y, int first) {
        int out = dense.out();
        float[] kernel = dense.rows();
        System.arraycopy(dense.bias(), 0, y, first, out);
        int i = 0;
        for (; i + 4 <= dense.in(); i += 4) {
            float x1 = x[i];
            float x2 = x[i + 1];
            float x3 = x[i + 2];
            float x4 = x[i + 3];
            int row1 = i * out;
            int row2 = row1 + out;
            int row3 = row2 + out;
            int row4 = row3 + out;
            for (int j = 0; j < out; j++) {
                float sum = Math.fma(x1, kernel[row1 + j], y[first + j]);
                sum = Math.fma(x2, kernel[row2 + j], sum);
                sum = Math.fma(x3, kernel[row3 + j], sum);
                y[first + j] = Math.fma(x4, kernel[row4 + j], sum);
            }
        }
        for (; i < dense.in(); i++) {
            add(dense, i, x[i], y, first);
        }
    }

    private static void affine(Dense dense, int[] inputs, int count, float[] x, float[] y, int first) {
        System.arraycopy(dense.bias(), 0, y, first, dense.out());
        for (int index = 0; index < count; index++) {
            add(dense, inputs[index], x[inputs[index]], y, first);
        }
    }

    private static void add(Dense dense, int input, float value, float[] y, int first) {
        float[] kernel = dense.rows();
        int row = input * dense.out();
        for (int j = 0; j < dense.out(); j++) {
            y[first + j] = Math.fma(value, kernel[row + j], y[first + j]);
        }
    }
}
