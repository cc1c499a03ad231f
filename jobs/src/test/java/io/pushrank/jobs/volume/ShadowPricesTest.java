package io.pushrank.jobs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ShadowPricesTest {
    private static final int SWEEPS = 300;

    /** Values and groups by user and candidate; group g of types × countries: constraints total, type and country. */
    private static final class World {
        private final double[][] values;
        private final int[][] groups;
        private final int mostOfUser;
        private final int types;
        private final int countries;
        private final long[] most;

        World(double[][] values, int[][] groups, int mostOfUser, int types, int countries, long[] most) {
            this.values = values;
            this.groups = groups;
            this.mostOfUser = mostOfUser;
            this.types = types;
            this.countries = countries;
            this.most = most;
        }

        static World random(long seed, int users, int candidates, int mostOfUser, int types, int countries) {
            Random random = new Random(seed);
            double[][] values = new double[users][candidates];
            int[][] groups = new int[users][candidates];
            long[] most = new long[1 + types + countries];
            for (int user = 0; user < users; user++) {
                int country = random.nextInt(countries);
                for (int at = 0; at < candidates; at++) {
                    values[user][at] = random.nextDouble() - 0.1;
                    groups[user][at] = random.nextInt(types) * countries + country;
                }
            }
            long sends = (long) users * mostOfUser;
            most[0] = Math.round(sends * 0.7);
            for (int at = 1; at < most.length; at++) {
                most[at] = Math.round(sends * random.nextDouble() * 1.5 / (at <= types ? types : countries));
            }
            return new World(values, groups, mostOfUser, types, countries, most);
        }

        /** With the users in another order. */
        VolumeProblem problem(int[] order) {
            int candidates = values[0].length;
            int[] first = new int[order.length + 1];
            int[] mosts = new int[order.length];
            double[] flat = new double[order.length * candidates];
            int[] flatGroups = new int[flat.length];
            for (int user = 0; user < order.length; user++) {
                first[user + 1] = first[user] + candidates;
                mosts[user] = mostOfUser;
                System.arraycopy(values[order[user]], 0, flat, first[user], candidates);
                System.arraycopy(groups[order[user]], 0, flatGroups, first[user], candidates);
            }
            return new VolumeProblem(first, mosts, flat, flatGroups, constraints(), most);
        }

        VolumeProblem problem() {
            return problem(identity(values.length));
        }

        int[][] constraints() {
            int[][] constraints = new int[types * countries][];
            Arrays.setAll(constraints, group -> new int[] {0, 1 + group / countries, 1 + types + group % countries});
            return constraints;
        }

        /** Best value of any choice, tried one by one. */
        double best() {
            return best(0, 0, most.clone());
        }

        private double best(int candidate, int taken, long[] left) {
            int width = values[0].length;
            if (candidate == values.length * width) {
                return 0;
            }
            int user = candidate / width;
            int at = candidate % width;
            int before = at == 0 ? 0 : taken;
            double best = best(candidate + 1, before, left);
            int[] uses = constraints()[groups[user][at]];
            if (values[user][at] > 0
                    && before < mostOfUser
                    && Arrays.stream(uses).allMatch(use -> left[use] > 0)) {
                Arrays.stream(uses).forEach(use -> left[use]--);
                best = Math.max(best, values[user][at] + best(candidate + 1, before + 1, left));
                Arrays.stream(uses).forEach(use -> left[use]++);
            }
            return best;
        }
    }

    private static int[] identity(int size) {
        int[] order = new int[size];
        Arrays.setAll(order, at -> at);
        return order;
    }

    @Test
    void theBestChoiceOfSmallWorldsLiesBetweenValueAndBound() {
        int exact = 0;
        for (long seed = 0; seed < 300; seed++) {
            World world = World.random(seed, 4, 3, 1 + (int) (seed % 2), 2, 2);
            VolumeSolution solution = ShadowPrices.solve(world.problem(), SWEEPS);
            double best = world.best();
            assertTrue(solution.value() <= best + 1e-12, "seed " + seed);
            assertTrue(solution.bound() >= best - 1e-12, "seed " + seed);
            exact += solution.value() >= best - 1e-12 ? 1 : 0;
        }
        assertTrue(exact >= 210, "best choice found in " + exact + " of 300");
    }

    @Test
    void oneConstraintKeepsTheHighestValuesExactly() {
        for (long seed = 0; seed < 100; seed++) {
            World world = World.random(seed, 30, 4, 2, 1, 1);
            long most = seed % 40;
            VolumeProblem problem = new World(world.values, world.groups, 2, 1, 1, new long[] {most, 99, 99}).problem();
            double best = Arrays.stream(world.values)
                    .flatMapToDouble(values -> Arrays.stream(values).sorted().skip(2))
                    .filter(value -> value > 0)
                    .map(value -> -value)
                    .sorted()
                    .limit(most)
                    .sum();
            VolumeSolution solution = ShadowPrices.solve(problem, SWEEPS);
            assertEquals(-best, solution.value(), 1e-9, "seed " + seed);
            assertEquals(-best, solution.bound(), 1e-9, "seed " + seed);
        }
    }

    @Test
    void constraintsAndCapsAreMetAndTheGapIsSmall() {
        for (long seed = 0; seed < 10; seed++) {
            World world = World.random(seed, 3000, 12, 1 + (int) (seed % 3), 5, 8);
            VolumeProblem problem = world.problem();
            VolumeSolution solution = ShadowPrices.solve(problem, SWEEPS);
            long[] volumes = new long[world.most.length];
            double value = 0;
            for (int user = 0; user < problem.users(); user++) {
                int sends = 0;
                for (int candidate = problem.first(user); candidate < problem.end(user); candidate++) {
                    if (solution.isKept(candidate)) {
                        sends++;
                        value += problem.value(candidate);
                        for (int constraint : problem.constraintsOf(problem.group(candidate))) {
                            volumes[constraint]++;
                        }
                    }
                }
                assertTrue(sends <= world.mostOfUser, "seed " + seed + ", user " + user);
            }
            for (int constraint = 0; constraint < volumes.length; constraint++) {
                assertEquals(volumes[constraint], solution.volume(constraint));
                assertTrue(volumes[constraint] <= world.most[constraint], "seed " + seed);
            }
            assertEquals(value, solution.value(), 1e-9);
            assertTrue(solution.gap() <= 1e-3, "seed " + seed + ": gap " + solution.gap());
        }
    }

    @Test
    void aSearchEndsWhereTheGapIsSmallEnough() {
        VolumeProblem problem = World.random(2, 3000, 12, 2, 5, 8).problem();
        VolumeSolution early = ShadowPrices.solve(problem, SWEEPS, 0.05);
        VolumeSolution late = ShadowPrices.solve(problem, SWEEPS);

        assertTrue(early.gap() <= 0.05, "gap " + early.gap());
        assertTrue(late.gap() < early.gap(), "gaps " + late.gap() + " and " + early.gap());
    }

    @Test
    void theOrderOfUsersDoesNotMatter() {
        Random random = new Random(1);
        World world = World.random(1, 500, 8, 2, 4, 4);
        VolumeSolution straight = ShadowPrices.solve(world.problem(), SWEEPS);
        int[] order = identity(500);
        for (int at = order.length - 1; at > 0; at--) {
            int other = random.nextInt(at + 1);
            int moved = order[at];
            order[at] = order[other];
            order[other] = moved;
        }
        VolumeSolution shuffled = ShadowPrices.solve(world.problem(order), SWEEPS);
        for (int constraint = 0; constraint < world.most.length; constraint++) {
            assertEquals(straight.price(constraint), shuffled.price(constraint), 0);
        }
        assertEquals(kept(straight, identity(500)), kept(shuffled, order));
    }

    private static Set<Integer> kept(VolumeSolution solution, int[] order) {
        Set<Integer> kept = new TreeSet<>();
        for (int candidate = 0; candidate < order.length * 8; candidate++) {
            if (solution.isKept(candidate)) {
                kept.add(order[candidate / 8] * 8 + candidate % 8);
            }
        }
        return kept;
    }

    @Test
    void aHigherLimitIsNotWorthLess() {
        World world = World.random(3, 300, 6, 1, 3, 3);
        double value = 0;
        Set<Double> values = new HashSet<>();
        for (long most = 0; most <= 300; most += 20) {
            long[] limits = world.most.clone();
            limits[0] = most;
            World limited = new World(world.values, world.groups, 1, 3, 3, limits);
            VolumeSolution solution = ShadowPrices.solve(limited.problem(), SWEEPS);
            assertTrue(solution.bound() >= value - 1e-9, "most " + most);
            value = solution.value();
            values.add(value);
        }
        assertTrue(values.size() > 5, values.toString());
    }

    @Test
    void whatIsWorthNothingIsNotKept() {
        VolumeProblem problem = new VolumeProblem(
                new int[] {0, 2, 2}, new int[] {2, 1}, new double[] {0, -1}, new int[2], new int[][] {{}}, new long[0]);
        VolumeSolution solution = ShadowPrices.solve(problem, 1);
        assertEquals(0, solution.value());
        assertEquals(0, solution.gap());
        assertTrue(!solution.isKept(0) && !solution.isKept(1));
    }

    @Test
    void errorsNameTheCell() {
        assertEquals("values[1] must be finite, but is NaN", error(Double.NaN, 0, 1));
        assertEquals("groups[1] must be between 0 and 0, but is 1", error(1, 1, 1));
        assertEquals("most[0] must be between 0 and 9223372036854775807, but is -1", error(1, 0, -1));
    }

    private static String error(double value, int group, long most) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new VolumeProblem(
                                new int[] {0, 2},
                                new int[] {1},
                                new double[] {1, value},
                                new int[] {0, group},
                                new int[][] {{0}},
                                new long[] {most}))
                .getMessage();
    }
}
