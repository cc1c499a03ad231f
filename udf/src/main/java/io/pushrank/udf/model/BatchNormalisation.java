package io.pushrank.udf.model;

/** Batch normalisation with its trained statistics, as one multiplication and one addition a position. */
final class BatchNormalisation {
    /** Added to the variance, here and in the graph that was trained. */
    static final double EPSILON = 1e-3;

    private final float[] scale;
    private final float[] shift;

    BatchNormalisation(LightVariables variables, String name, int width) {
        float[] gamma = variables.floats(name + ".gamma", width);
        float[] beta = variables.floats(name + ".beta", width);
        float[] mean = variables.floats(name + ".moving_mean", width);
        float[] variance = variables.floats(name + ".moving_variance", width);
        scale = new float[width];
        shift = new float[width];
        for (int index = 0; index < width; index++) {
            double factor = gamma[index] / Math.sqrt(variance[index] + EPSILON);
            scale[index] = (float) factor;
            shift[index] = (float) (beta[index] - mean[index] * factor);
        }
    }

    int width() {
        return scale.length;
    }

    void apply(float[] x) {
        for (int index = 0; index < x.length; index++) {
            x[index] = x[index] * scale[index] + shift[index];
        }
    }
}
