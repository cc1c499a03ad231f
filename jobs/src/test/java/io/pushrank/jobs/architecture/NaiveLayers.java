package io.pushrank.jobs.architecture;

import java.util.List;

/** Layers written from their descriptions: loops in double precision over weights read by name. */
final class NaiveLayers {
    private static final double EPSILON = 1e-3;

    private final SavedVariables variables;

    NaiveLayers(SavedVariables variables) {
        this.variables = variables;
    }

    /** x · kernel[in,out]. */
    double[] product(String name, double[] x) {
        float[] kernel = variables.floats(name + ".kernel");
        double[] y = new double[kernel.length / x.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += x[i] * kernel[i * y.length + o];
            }
        }
        return y;
    }

    double[] dense(String name, double[] x) {
        double[] y = product(name, x);
        float[] bias = variables.floats(name + ".bias");
        for (int o = 0; o < y.length; o++) {
            y[o] += bias[o];
        }
        return y;
    }

    double[] perceptron(String name, double[] x, List<Integer> units) {
        double[] hidden = x;
        for (int layer = 0; layer < units.size(); layer++) {
            hidden = rectified(dense(name + ".layer_" + layer, hidden));
        }
        return hidden;
    }

    static double[] rectified(double[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = Math.max(0, x[i]);
        }
        return y;
    }

    /** Layer normalization over the row's own mean and population variance. */
    double[] normalized(String name, double[] x) {
        double mean = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        float[] gamma = variables.floats(name + ".gamma");
        float[] beta = variables.floats(name + ".beta");
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + EPSILON) * gamma[i] + beta[i];
        }
        return y;
    }

    static double[] product(double[] a, double[] b) {
        double[] y = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            y[i] = a[i] * b[i];
        }
        return y;
    }

    static double[] joined(double[]... parts) {
        int length = 0;
        for (double[] part : parts) {
            length += part.length;
        }
        double[] whole = new double[length];
        int next = 0;
        for (double[] part : parts) {
            for (double value : part) {
                whole[next++] = value;
            }
        }
        return whole;
    }
}
