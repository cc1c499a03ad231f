package io.pushrank.udf.model;

/** For each feature on its own, a tiny network 1 → 2 → 1 → 1 with tanh after each layer, then batch normalisation. */
final class AdaptiveTransformation {
    private final float[] kernel1;
    private final float[] bias1;
    private final float[] kernel2;
    private final float[] bias2;
    private final float[] kernel3;
    private final float[] bias3;
    private final BatchNormalisation normalisation;

    AdaptiveTransformation(LightVariables variables, int width) {
        kernel1 = variables.floats("adaptive.kernel_1", width, 2);
        bias1 = variables.floats("adaptive.bias_1", width, 2);
        kernel2 = variables.floats("adaptive.kernel_2", width, 2);
        bias2 = variables.floats("adaptive.bias_2", width);
        kernel3 = variables.floats("adaptive.kernel_3", width);
        bias3 = variables.floats("adaptive.bias_3", width);
        normalisation = new BatchNormalisation(variables, "adaptive.batch_norm", width);
    }

    void apply(float[] x) {
        for (int index = 0; index < x.length; index++) {
            int first = 2 * index;
            int second = first + 1;
            double upper = tanh(x[index] * kernel1[first] + bias1[first]);
            double lower = tanh(x[index] * kernel1[second] + bias1[second]);
            double middle = tanh(upper * kernel2[first] + lower * kernel2[second] + bias2[index]);
            x[index] = (float) tanh(middle * kernel3[index] + bias3[index]);
        }
        normalisation.apply(x);
    }

    /** From the exponential, which is an instruction sequence of the JVM's own while Math.tanh is a slow library call. */
    private static double tanh(double x) {
        return 1 - 2 / (Math.exp(2 * x) + 1);
    }
}
