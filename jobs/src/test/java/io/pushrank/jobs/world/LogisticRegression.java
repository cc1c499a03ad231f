package io.pushrank.jobs.world;

/** A logistic regression with an offset, by Newton's method. */
final class LogisticRegression {
    private static final int STEPS = 12;

    private final double[] coefficients;
    private final double[] errors;

    private LogisticRegression(double[] coefficients, double[] errors) {
        this.coefficients = coefficients;
        this.errors = errors;
    }

    double coefficient(int factor) {
        return coefficients[factor];
    }

    /** Standard error of a coefficient, from the inverse of the Hessian. */
    double error(int factor) {
        return errors[factor];
    }

    /** @param rows offset, label, then the factors */
    static LogisticRegression of(Iterable<double[]> rows) {
        int factors = rows.iterator().next().length - 2;
        double[] coefficients = new double[factors];
        double[][] inverse = new double[0][];
        for (int step = 0; step < STEPS; step++) {
            double[] gradient = new double[factors];
            double[][] hessian = new double[factors][factors];
            for (double[] row : rows) {
                double logit = row[0];
                for (int at = 0; at < factors; at++) {
                    logit += coefficients[at] * row[at + 2];
                }
                double predicted = Truth.logistic(logit);
                for (int at = 0; at < factors; at++) {
                    gradient[at] += (row[1] - predicted) * row[at + 2];
                    for (int other = 0; other < factors; other++) {
                        hessian[at][other] += predicted * (1 - predicted) * row[at + 2] * row[other + 2];
                    }
                }
            }
            inverse = inverse(hessian);
            for (int at = 0; at < factors; at++) {
                for (int other = 0; other < factors; other++) {
                    coefficients[at] += inverse[at][other] * gradient[other];
                }
            }
        }
        double[] errors = new double[factors];
        for (int at = 0; at < factors; at++) {
            errors[at] = Math.sqrt(inverse[at][at]);
        }
        return new LogisticRegression(coefficients, errors);
    }

    /** Gauss and Jordan, without pivoting: the matrix is positive definite. */
    private static double[][] inverse(double[][] matrix) {
        int size = matrix.length;
        double[][] left = new double[size][];
        double[][] right = new double[size][size];
        for (int row = 0; row < size; row++) {
            left[row] = matrix[row].clone();
            right[row][row] = 1;
        }
        for (int pivot = 0; pivot < size; pivot++) {
            double value = left[pivot][pivot];
            for (int column = 0; column < size; column++) {
                left[pivot][column] /= value;
                right[pivot][column] /= value;
            }
            for (int row = 0; row < size; row++) {
                if (row != pivot) {
                    double factor = left[row][pivot];
                    for (int column = 0; column < size; column++) {
                        left[row][column] -= factor * left[pivot][column];
                        right[row][column] -= factor * right[pivot][column];
                    }
                }
            }
        }
        return right;
    }
}
