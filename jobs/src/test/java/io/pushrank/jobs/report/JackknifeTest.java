package io.pushrank.jobs.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JackknifeTest {
    @Test
    void twoPartsByHand() {
        // Squares 0.01 + 0.01, times (2 − 1) / 2: a standard error of 0.1; t of one degree of freedom is 12.7062.
        Bootstrap.Interval interval = Jackknife.interval(0.5, new double[] {0.4, 0.6});
        assertEquals(0.5 - 1.27062, interval.low(), 1e-6);
        assertEquals(0.5 + 1.27062, interval.high(), 1e-6);
    }

    /** For a mean, the jackknife is the textbook's standard error. */
    @Test
    void anIntervalOfAMeanIsStudents() {
        SplittableRandom random = new SplittableRandom(5);
        double[] values = IntStream.range(0, 32)
                .mapToDouble(part -> random.nextGaussian())
                .toArray();
        double sum = IntStream.range(0, 32).mapToDouble(part -> values[part]).sum();
        double[] without = IntStream.range(0, 32)
                .mapToDouble(part -> (sum - values[part]) / 31)
                .toArray();
        double squares = IntStream.range(0, 32)
                .mapToDouble(part -> (values[part] - sum / 32) * (values[part] - sum / 32))
                .sum();
        Bootstrap.Interval interval = Jackknife.interval(sum / 32, without);
        assertEquals(2.0395 * Math.sqrt(squares / 31 / 32), interval.high() - sum / 32, 1e-5);
    }

    @Test
    void onePartOfTheUsersTellsNothingOfChance() {
        assertEquals(new Bootstrap.Interval(Double.NaN, Double.NaN), Jackknife.interval(0.5, new double[] {0.4}));
        assertEquals(new Bootstrap.Interval(Double.NaN, Double.NaN), Jackknife.interval(0.5, new double[0]));
        // Without the second part the figure is undefined: its users alone have the positives.
        assertEquals(
                new Bootstrap.Interval(Double.NaN, Double.NaN),
                Jackknife.interval(0.5, new double[] {0.4, Double.NaN, 0.5}));
    }
}
