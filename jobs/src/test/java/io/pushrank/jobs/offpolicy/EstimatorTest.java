package io.pushrank.jobs.offpolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EstimatorTest {
    private static final double CLOSE = 1e-12;

    /** Weights 4 and 0.5; rewards 1 and 0. */
    private static final List<LoggedDecision> TWO =
            List.of(new LoggedDecision(1, 0.2, 0.8, 0.5, 0.4), new LoggedDecision(0, 0.8, 0.4, 0.2, 0.3));

    @ParameterizedTest
    @CsvSource({
        // (0.4 + 0.3) / 2
        "DM, Infinity, 0.35",
        // (4 · 1 + 0.5 · 0) / 2, and with weight 3
        "IPS, Infinity, 2",
        "IPS, 3, 1.5",
        // 4 / 4.5
        "SNIPS, Infinity, 0.888888888888888889",
        // 0.35 + (4 · 0.5 − 0.5 · 0.2) / 2, and divided by 4.5 instead
        "DR, Infinity, 1.3",
        "SNDR, Infinity, 0.772222222222222222",
        // Without the first correction; a weight at the limit counts.
        "SWITCH_DR, 3, 0.3",
        "SWITCH_DR, 4, 1.3",
        "SWITCH_DR, Infinity, 1.3",
        // Weights 4 · 4 / (16 + 4) = 0.8 and 4 · 0.5 / (0.25 + 4) = 8 / 17: 0.35 + (0.4 − 1.6 / 17) / 2
        "DR_OS, 4, 0.502941176470588235",
        "DR_OS, Infinity, 1.3"
    })
    void estimatesAreThoseCalculatedByHand(Estimator estimator, double limit, double expected) {
        assertEquals(expected, estimator.of(TWO, limit), CLOSE);
    }

    @ParameterizedTest
    @EnumSource(Estimator.class)
    void thePolicyThatWasLoggedIsWorthItsRewards(Estimator estimator) {
        SplittableRandom random = new SplittableRandom(1);
        List<LoggedDecision> decisions = new ArrayList<>();
        double rewards = 0;
        for (int i = 0; i < 1000; i++) {
            double propensity = 0.1 + 0.9 * random.nextDouble();
            double reward = random.nextInt(2);
            // A perfect model, so that every estimator agrees.
            decisions.add(new LoggedDecision(reward, propensity, propensity, reward, reward));
            rewards += reward;
        }

        assertEquals(rewards / 1000, estimator.of(decisions, Double.POSITIVE_INFINITY), 1e-9);
    }

    @Test
    void aPropensityThatCannotBeIsRefused() {
        assertEquals(
                "propensity must be above 0 and at most 1, but is 0",
                assertThrows(IllegalArgumentException.class, () -> new LoggedDecision(1, 0, 0, 0, 0))
                        .getMessage());
    }
}
