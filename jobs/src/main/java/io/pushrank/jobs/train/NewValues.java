package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Weight;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** What a warm start puts where a new input has no old value. */
final class NewValues {
    private NewValues() {}

    /**
     * Values for one variable, in the order of its elements.
     *
     * @param variable its name; a kernel gets random values, a scale or a variance 1, everything else 0
     * @param old the trained tensor
     * @param axis tells the two axes of a square kernel apart
     */
    static DoubleSupplier of(String variable, Weight old, long seed, int axis) {
        if (variable.contains("kernel")) {
            double deviation = deviation(old.floats());
            SplittableRandom random =
                    new SplittableRandom(seed * 0x9E3779B97F4A7C15L + variable.hashCode() * 31L + axis);
            return () -> truncatedNormal(random) * deviation;
        }
        double value = variable.endsWith(".gamma") || variable.endsWith(".moving_variance") ? 1 : 0;
        return () -> value;
    }

    /** Population standard deviation. */
    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    /** A standard normal value within ±0.5: two of five drawn are. */
    private static double truncatedNormal(SplittableRandom random) {
        while (true) {
            double value = random.nextGaussian();
            if (Math.abs(value) <= 0.5) {
                return value;
            }
        }
    }
}
