package io.pushrank.jobs.train;

import java.time.Duration;
import java.util.Locale;

/** One line about a running training. */
public sealed interface TrainingProgress {
    /** Receives progress; System.out::println serves. */
    @FunctionalInterface
    interface Listener {
        void report(TrainingProgress progress);
    }

    /** Something that happened once. */
    record Notice(String text) implements TrainingProgress {
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A sign of life between evaluations.
     *
     * @param step batches learned from so far
     * @param epoch from 0
     * @param loss mean loss since the last evaluation
     * @param rowsPerSecond examples learned from per second since the last evaluation
     * @param atMostLeft time until the last step, if early stopping does not come first
     */
    record Heartbeat(long step, int epoch, double loss, double rowsPerSecond, Duration atMostLeft)
            implements TrainingProgress {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "step %d, epoch %d: loss %.5f, %.0f rows/s, at most %s left",
                    step,
                    epoch,
                    loss,
                    rowsPerSecond,
                    format(atMostLeft));
        }
    }

    /**
     * An evaluation.
     *
     * @param step batches learned from so far
     * @param epoch from 0
     * @param loss mean loss since the last evaluation; NaN of what the training began with
     * @param metricName what early stopping maximizes
     * @param metric its value on the evaluation examples
     * @param isBest whether it is the best so far
     * @param rowsPerSecond examples learned from per second since the last evaluation, evaluation not counted
     * @param atMostLeft time until the last step, evaluations counted, if early stopping does not come first
     */
    record Evaluated(
            long step,
            int epoch,
            double loss,
            String metricName,
            double metric,
            boolean isBest,
            double rowsPerSecond,
            Duration atMostLeft)
            implements TrainingProgress {
        @Override
        public String toString() {
            String best = isBest ? " (best)" : "";
            return Double.isNaN(loss)
                    ? String.format(Locale.ROOT, "step %d, as it began: %s %.5f%s", step, metricName, metric, best)
                    : String.format(
                            Locale.ROOT,
                            "step %d, epoch %d: loss %.5f, %s %.5f%s, %.0f rows/s, at most %s left",
                            step,
                            epoch,
                            loss,
                            metricName,
                            metric,
                            best,
                            rowsPerSecond,
                            format(atMostLeft));
        }
    }

    /**
     * What steps of several workers took since the last evaluation; said before it.
     *
     * @param workers how many train together
     * @param stepSeconds of a step, reading the batch included
     * @param exchangeSeconds of it between the workers, waiting for the slower ones included
     */
    record Exchange(int workers, double stepSeconds, double exchangeSeconds) implements TrainingProgress {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d workers: a step takes %.4f s, of which %.4f s exchange and waiting",
                    workers,
                    stepSeconds,
                    exchangeSeconds);
        }
    }

    private static String format(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60)
                : String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }
}
