package io.pushrank.udf.model;

/** A trained batch normalization as one multiplication and one addition a feature, in double precision. */
final class BatchStatistics {
    /** Added to the variance, here and in the graph that was trained. */
    private static final double EPSILON = 1e-3;

    private final double[] scale;
    private final double[] shift;

    BatchStatistics(ModelVariables variables, String name, int width) {
        float[] gamma = variables.floats(VariableNames.gamma(name), width);
        float[] beta = variables.floats(VariableNames.beta(name), width);
        float[] mean = variables.floats(VariableNames.movingMean(name), width);
        float[] variance = variables.floats(VariableNames.movingVariance(name), width);
        scale = new double[width];
        shift = new double[width];
        for (int index = 0; index < width; index++) {
            scale[index] = gamma[index] / Math.sqrt(variance[index] + EPSILON);
            shift[index] = beta[index] - mean[index] * scale[index];
        }
    }

    double[] scale() {
        return scale;
    }

    double[] shift() {
        return shift;
    }
}
