package io.pushrank.jobs.train;

import java.util.Locale;

/**
 * One line about a running training.
 *
 * @param step batches learned from so far
 * @param epoch from 0
 * @param loss mean loss since the last line
 * @param metricName what early stopping maximises
 * @param metric its value on the evaluation examples
 * @param isBest whether it is the best so far
 * @param rowsPerSecond examples learned from per second since the last line, evaluation not counted
 */
public record TrainingProgress(
        long step, int epoch, double loss, String metricName, double metric, boolean isBest, double rowsPerSecond) {
    /** Receives progress; System.out::println serves. */
    @FunctionalInterface
    public interface Listener {
        void report(TrainingProgress progress);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "step %d, epoch %d: loss %.5f, %s %.5f%s, %.0f rows/s",
                step,
                epoch,
                loss,
                metricName,
                metric,
                isBest ? " (best)" : "",
                rowsPerSecond);
    }
}
