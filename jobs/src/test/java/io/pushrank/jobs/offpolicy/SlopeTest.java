package io.pushrank.jobs.offpolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlopeTest {
    @Test
    void theNarrowestIsChosenThatAgreesWithAllWiderOnes() {
        double[] widths = {0.1, 0.2, 0.4};

        assertEquals(0, Slope.choose(new double[] {0.5, 0.5, 0.5}, widths));
        // 0.1 + (√6 − 1) · 0.2 = 0.39: the first is further from the second, the second near enough to the third.
        assertEquals(1, Slope.choose(new double[] {0.1, 0.5, 0.5}, widths));
        // 0.2 + 1.449 · 0.4 = 0.78
        assertEquals(2, Slope.choose(new double[] {0.8, 0.0, 0.8}, widths), "what comes after a refusal is not asked");
        assertEquals(1, Slope.choose(new double[] {9, 0.03, 0.8}, widths));
    }

    @Test
    void itIsTheFirstOfEqualWidths() {
        assertEquals(0, Slope.choose(new double[] {0.5, 0.5}, new double[] {0, 0}));
    }

    @Test
    void theErrorIsWithinThatOfTheBestChoiceTimesSix() {
        // Su et al., theorem 3: |estimate − truth| ≤ (√6 + 3) · min(bias + width), while every estimate lies in its
        // width.
        SplittableRandom random = new SplittableRandom(3);
        for (int world = 0; world < 1000; world++) {
            int limits = 2 + random.nextInt(8);
            double[] estimates = new double[limits];
            double[] widths = new double[limits];
            double best = Double.POSITIVE_INFINITY;
            double bias = 0;
            for (int limit = limits - 1; limit >= 0; limit--) {
                // Narrower ones are more biased.
                bias += limit == limits - 1 ? 0 : random.nextDouble();
                double width = 10.0 / (limits - limit);
                widths[limit] = width;
                estimates[limit] = bias * (random.nextBoolean() ? 1 : -1) + (2 * random.nextDouble() - 1) * width;
                best = Math.min(best, bias + width);
            }

            double error = Math.abs(estimates[Slope.choose(estimates, widths)]);

            if (error > (Math.sqrt(6) + 3) * best) {
                throw new AssertionError("world " + world + ": error " + error + ", best " + best);
            }
        }
    }
}
