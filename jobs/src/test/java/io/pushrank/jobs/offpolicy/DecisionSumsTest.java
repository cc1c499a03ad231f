package io.pushrank.jobs.offpolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionSumsTest {
    private static final int RESAMPLES = 200;

    /** Decisions of a world with so many users, each up to three times; five actions, of which each user likes others. */
    private static final class World {
        private static final int ACTIONS = 5;
        private static final double[] LOGGED = {0.5, 0.2, 0.15, 0.1, 0.05};
        private static final double[] TARGET = {0.05, 0.15, 0.4, 0.3, 0.1};

        private final List<Long> users = new ArrayList<>();
        private final List<LoggedDecision> decisions = new ArrayList<>();

        World(long seed, int size) {
            SplittableRandom random = new SplittableRandom(seed);
            for (long user = 1; user <= size; user++) {
                int kind = random.nextInt(2);
                int times = 1 + random.nextInt(3);
                for (int time = 0; time < times; time++) {
                    int action = draw(random);
                    double reward = random.nextDouble() < chance(kind, action) ? 1 : 0;
                    double predicted = 0;
                    for (int other = 0; other < ACTIONS; other++) {
                        predicted += TARGET[other] * predicted(other);
                    }
                    users.add(user);
                    decisions.add(
                            new LoggedDecision(reward, LOGGED[action], TARGET[action], predicted(action), predicted));
                }
            }
        }

        private static int draw(SplittableRandom random) {
            double uniform = random.nextDouble();
            int action = 0;
            for (double cumulated = LOGGED[0]; uniform >= cumulated && action < ACTIONS - 1; ) {
                cumulated += LOGGED[++action];
            }
            return action;
        }

        private static double chance(int kind, int action) {
            return kind == 0 ? 0.1 + 0.1 * action : 0.3;
        }

        /** A model that does not know the kinds, and is wrong by a tenth. */
        private static double predicted(int action) {
            return 0.9 * (chance(0, action) + chance(1, action)) / 2;
        }

        static double truth() {
            double truth = 0;
            for (int action = 0; action < ACTIONS; action++) {
                truth += TARGET[action] * (chance(0, action) + chance(1, action)) / 2;
            }
            return truth;
        }

        DecisionSums sums(int from, int to) {
            DecisionSums sums = new DecisionSums(RESAMPLES, 7, 0);
            for (int i = from; i < to; i++) {
                sums.add(users.get(i), decisions.get(i));
            }
            return sums;
        }

        DecisionSums sums() {
            return sums(0, decisions.size());
        }
    }

    @ParameterizedTest
    @EnumSource(Estimator.class)
    void estimatesAreThoseOfTheDecisionsThemselves(Estimator estimator) {
        World world = new World(1, 500);
        DecisionSums sums = world.sums();

        assertEquals(
                estimator.of(world.decisions, sums.chosenLimit(estimator)),
                sums.estimate(estimator).value(),
                1e-12);
        assertEquals(world.decisions.size(), sums.decisions());
    }

    @Test
    void sumsOfPartsAreThoseOfTheWholeAlsoWhereAUserIsInSeveral() {
        World world = new World(2, 300);
        int size = world.decisions.size();
        // Some cut goes through a user.
        DecisionSums parts = new DecisionSums(RESAMPLES, 7, 0);
        for (int from = 0; from < size; from += 7) {
            parts.add(world.sums(from, Math.min(size, from + 7)));
        }

        for (Estimator estimator : Estimator.values()) {
            DecisionSums.Figure whole = world.sums().estimate(estimator);
            DecisionSums.Figure added = parts.estimate(estimator);
            assertEquals(whole.value(), added.value(), 1e-12);
            assertEquals(whole.interval().low(), added.interval().low(), 1e-12);
            assertEquals(whole.interval().high(), added.interval().high(), 1e-12);
        }
        assertEquals(world.sums().effectiveSize(), parts.effectiveSize(), 1e-9);
    }

    @Test
    void intervalsCoverTheTruthInMostWorlds() {
        Map<Estimator, Integer> covered = new EnumMap<>(Estimator.class);
        for (int seed = 1; seed <= 100; seed++) {
            DecisionSums sums = new World(seed, 1000).sums();
            for (Estimator estimator : Estimator.values()) {
                DecisionSums.Figure figure = sums.estimate(estimator);
                boolean isCovered = figure.interval().low() <= World.truth()
                        && World.truth() <= figure.interval().high();
                covered.merge(estimator, isCovered ? 1 : 0, Integer::sum);
            }
        }

        assertEquals(0, covered.remove(Estimator.DM), "the model is wrong, and its own interval does not know");
        // With a limit the interval also holds the one without.
        covered.forEach((estimator, worlds) -> assertTrue(
                worlds >= 92 && worlds <= (estimator.hasLimit() ? 100 : 98),
                estimator + " covers in " + worlds + " of 100: " + covered));
    }

    @Test
    void supportIsTheShareOfTheTargetPolicyThatTheLogHas() {
        // Half of the target's mass is where the log never goes; of the rest the log has some at 0.001 only.
        DecisionSums sums = new DecisionSums(10, 1, 0.01);
        for (long user = 0; user < 999; user++) {
            sums.add(user, new LoggedDecision(0, 0.999, 0.4, 0, 0));
        }
        sums.add(999, new LoggedDecision(0, 0.001, 0.1, 0, 0));

        assertEquals(0.4, sums.support().value(), 1e-12);
    }

    @Test
    void effectiveSizeIsAllDecisionsWhereWeightsAreEqualAndFewWhereTheyAreNot() {
        DecisionSums equal = new DecisionSums(1, 1, 0);
        DecisionSums few = new DecisionSums(1, 1, 0);
        for (long user = 0; user < 100; user++) {
            equal.add(user, new LoggedDecision(1, 0.5, 0.25, 0, 0));
            few.add(user, new LoggedDecision(1, 0.5, user < 3 ? 0.5 : 0, 0, 0));
        }

        assertEquals(100, equal.effectiveSize(), 1e-9);
        assertEquals(3, few.effectiveSize(), 1e-9);
        assertEquals(0, new DecisionSums(1, 1, 0).effectiveSize());
    }

    @Test
    void drawsOfAUserAreItsOwnAndHaveMeanAndVarianceOfOne() {
        int[] times = new int[20];
        double sum = 0;
        double squares = 0;
        double shared = 0;
        for (long user = 0; user < 2000; user++) {
            UserDraws draws = new UserDraws(1, user);
            UserDraws next = new UserDraws(1, user + 1);
            for (int resample = 0; resample < 50; resample++) {
                int drawn = draws.next();
                times[drawn]++;
                sum += drawn;
                squares += (drawn - 1.0) * (drawn - 1.0);
                shared += (drawn - 1.0) * (next.next() - 1.0);
            }
        }

        assertEquals(1, sum / 1e5, 0.015);
        assertEquals(1, squares / 1e5, 0.03);
        assertEquals(0, shared / 1e5, 0.015);
        assertEquals(Math.exp(-1), times[0] / 1e5, 0.008);
        assertEquals(Math.exp(-1) / 6, times[3] / 1e5, 0.004);
    }
}
