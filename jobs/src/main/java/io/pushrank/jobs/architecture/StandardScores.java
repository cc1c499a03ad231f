package io.pushrank.jobs.architecture;

import java.util.Map;
import org.tensorflow.ndarray.Shape;

/** Mean and population variance of each continuous feature over the examples that have it. */
final class StandardScores {
    private StandardScores() {}

    static Map<String, Weight> measure(Iterable<ExampleBatch> sample, int width) {
        double[] count = new double[width];
        double[] mean = new double[width];
        double[] squares = new double[width];
        for (ExampleBatch batch : sample) {
            for (Example example : batch.examples) {
                for (int index = 0; index < width; index++) {
                    if (!example.continuousMissing()[index]) {
                        // Welford's update: exact in one pass however far the mean lies from 0.
                        count[index]++;
                        double delta = example.continuous()[index] - mean[index];
                        mean[index] += delta / count[index];
                        squares[index] += delta * (example.continuous()[index] - mean[index]);
                    }
                }
            }
        }
        double[] variance = new double[width];
        for (int index = 0; index < width; index++) {
            variance[index] = count[index] == 0 ? 0 : squares[index] / count[index];
        }
        Shape shape = Shape.of(width);
        return Map.of("dense.moving_mean", Weight.of(shape, mean), "dense.moving_variance", Weight.of(shape, variance));
    }
}
