package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.RankingConfig.ExplorationConfig;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExplorationTest {
    private static final double[] SCORES = {0.30, 0.28, 0.28, 0.10};

    @Test
    void nothingIsLeftToChanceByDefault() {
        Exploration off = new Exploration(new ExplorationConfig(0, 0, 0, 5, 0.02));

        assertFalse(off.isOn());
        assertArrayEquals(new double[] {1, 0, 0, 0}, off.probabilities(SCORES));
        assertEquals(new Exploration.Choice(Exploration.Arm.RANK, 1), off.choose(SCORES, 1));
    }

    @Test
    void probabilitiesOfTheArmsAddUp() {
        Exploration exploration = new Exploration(new ExplorationConfig(0.1, 0.2, 0.3, 4, 0.02));
        // e^0, e^-1, e^-1, e^-10
        double sum = 1 + 2 * Math.exp(-1) + Math.exp(-10);

        assertArrayEquals(
                new double[] {
                    0.4 + 0.05 + 0.3 / sum,
                    0.05 + 0.3 * Math.exp(-1) / sum,
                    0.05 + 0.3 * Math.exp(-1) / sum,
                    0.05 + 0.3 * Math.exp(-10) / sum
                },
                exploration.probabilities(SCORES),
                1e-12);
    }

    @Test
    void whatIsCertainIsNotMoreThanThat() {
        // 1 - 0.2 - 0.1 + 0.2 + 0.1 is 1.0000000000000002.
        for (int first = 0; first <= 100; first++) {
            for (int second = 0; second <= 100 - first; second++) {
                ExplorationConfig config = new ExplorationConfig(0, first / 100.0, second / 100.0, 4, 0.02);
                double only = new Exploration(config).probabilities(new double[] {0.3})[0];
                assertTrue(only <= 1 && only > 1 - 1e-9, config + " gives " + only);
            }
        }
        assertEquals(0, new ExplorationConfig(0.34, 0.56, 0.1, 4, 0.02).rankShare(), 1e-12);
    }

    @Test
    void choicesOfManySeedsAreAsFrequentAsTheirProbabilitiesSay() {
        SplittableRandom random = new SplittableRandom(5);
        for (int world = 0; world < 20; world++) {
            double left = random.nextDouble();
            double first = random.nextDouble();
            Exploration exploration = new Exploration(new ExplorationConfig(
                    (1 - left) * 0.3, left * first, left * (1 - first), 6, 0.01 + random.nextDouble()));
            double[] scores = random.doubles(1 + random.nextInt(6)).sorted().toArray();
            for (int i = 0, j = scores.length - 1; i < j; i++, j--) {
                double other = scores[i];
                scores[i] = scores[j];
                scores[j] = other;
            }
            int seeds = 20_000;
            double[] chosen = new double[scores.length + 1];
            Map<Exploration.Arm, Integer> arms = new EnumMap<>(Exploration.Arm.class);
            for (int seed = 0; seed < seeds; seed++) {
                Exploration.Choice choice = exploration.choose(scores, seed);
                chosen[choice.place()]++;
                arms.merge(choice.arm(), 1, Integer::sum);
            }

            double[] probabilities = exploration.probabilities(scores);
            assertEquals(1 - Arrays.stream(probabilities).sum(), chosen[0] / seeds, 0.015, "no send");
            assertEquals((1 - left) * 0.3, 1 - Arrays.stream(probabilities).sum(), 1e-12);
            for (int place = 1; place <= scores.length; place++) {
                assertEquals(probabilities[place - 1], chosen[place] / seeds, 0.015, "place " + place);
            }
            assertEquals(left * first, arms.getOrDefault(Exploration.Arm.RANDOM, 0) / (double) seeds, 0.015);
        }
    }
}
