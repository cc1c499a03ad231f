package io.pushrank.jobs.train;

/** Mean and population variance a position, combined batch by batch in double precision. */
final class Moments {
    private final double[] mean;
    private final double[] squares;
    private double count;

    Moments(int width) {
        mean = new double[width];
        squares = new double[width];
    }

    /** Adds a batch's own moments (Chan's parallel formula). */
    void add(int rows, float[] batchMean, float[] batchVariance) {
        double total = count + rows;
        for (int index = 0; index < mean.length; index++) {
            double delta = batchMean[index] - mean[index];
            mean[index] += delta * rows / total;
            squares[index] += (double) batchVariance[index] * rows + delta * delta * count * rows / total;
        }
        count = total;
    }

    float[] mean() {
        float[] values = new float[mean.length];
        for (int index = 0; index < values.length; index++) {
            values[index] = (float) mean[index];
        }
        return values;
    }

    float[] variance() {
        float[] values = new float[mean.length];
        for (int index = 0; index < values.length; index++) {
            values[index] = (float) (squares[index] / count);
        }
        return values;
    }
}
