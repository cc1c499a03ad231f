package io.pushrank.jobs.volume;

import java.util.Arrays;

/**
 * Prices of constraints by dual coordinate ascent: each constraint in turn gets the price at which what users want of it fits,
 * all other prices given, until none moves. A user wants the candidates whose value is highest above the prices they pay.
 *
 * <p>Prices are taken from differences of values, never from sums over users, so that the order of users does not matter.
 */
public final class ShadowPrices {
    /** A solution takes about as long as a sweep under a few constraints. */
    private static final int SWEEPS_BETWEEN_SOLUTIONS = 5;

    private final VolumeProblem problem;
    private final double[] prices;
    /** Of each group: the sum of its constraints' prices. */
    private final double[] charges;
    /** Users with a candidate that the constraint counts: of constraint c from firstUser[c] to firstUser[c + 1]. */
    private final int[] firstUser;

    private final int[] users;
    private final int[][] groupsOfConstraint;
    private final boolean[] isCounted;
    private double[] thresholds;

    private ShadowPrices(VolumeProblem problem) {
        this.problem = problem;
        prices = new double[problem.constraints()];
        charges = new double[problem.groups()];
        isCounted = new boolean[problem.groups()];
        groupsOfConstraint = groupsOfConstraint();
        int[] counts = new int[problem.constraints()];
        forEachUse((constraint, user) -> counts[constraint]++);
        firstUser = new int[problem.constraints() + 1];
        for (int constraint = 0; constraint < counts.length; constraint++) {
            firstUser[constraint + 1] = Math.addExact(firstUser[constraint], counts[constraint]);
        }
        users = new int[firstUser[counts.length]];
        int[] next = firstUser.clone();
        forEachUse((constraint, user) -> users[next[constraint]++] = user);
        thresholds = new double[1024];
    }

    /**
     * Chooses what is kept. What is missing to the optimum is in the solution's gap.
     *
     * @param mostSweeps how often each constraint's price is set, at the most; 1 or more
     */
    public static VolumeSolution solve(VolumeProblem problem, int mostSweeps) {
        return solve(problem, mostSweeps, 0);
    }

    /**
     * The same, but it ends as soon as a solution's gap is small enough.
     *
     * @param mostGap share of the optimum that may be missing, 0 to 1
     */
    public static VolumeSolution solve(VolumeProblem problem, int mostSweeps, double mostGap) {
        ShadowPrices search = new ShadowPrices(problem);
        boolean hasMoved = true;
        for (int sweep = 1; sweep <= mostSweeps && hasMoved; sweep++) {
            hasMoved = false;
            for (int constraint = 0; constraint < problem.constraints(); constraint++) {
                hasMoved |= search.reprice(constraint);
            }
            if (sweep % SWEEPS_BETWEEN_SOLUTIONS == 0) {
                VolumeSolution solution = search.solution();
                if (solution.gap() <= mostGap) {
                    return solution;
                }
            }
        }
        return search.solution();
    }

    private VolumeSolution solution() {
        return new Selection(problem, prices, charges).solution();
    }

    /** Sets the price at which demand fits; one that does already stays. Whether it moved. */
    private boolean reprice(int constraint) {
        for (int group : groupsOfConstraint[constraint]) {
            isCounted[group] = true;
        }
        int wanted = 0;
        for (int at = firstUser[constraint]; at < firstUser[constraint + 1]; at++) {
            wanted = addThresholds(users[at], prices[constraint], wanted);
        }
        for (int group : groupsOfConstraint[constraint]) {
            isCounted[group] = false;
        }
        long most = problem.most(constraint);
        // Every price from the first threshold that must not be met up to the last that must be is as good.
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        if (wanted > most) {
            low = Descending.select(thresholds, wanted, (int) most);
            high = most == 0 ? high : least(thresholds, (int) most);
        } else {
            high = wanted == most && most > 0 ? least(thresholds, wanted) : 0;
        }
        if (prices[constraint] >= low && prices[constraint] <= high) {
            return false;
        }
        prices[constraint] = high == Double.POSITIVE_INFINITY ? low : low + (high - low) / 2;
        for (int group : groupsOfConstraint[constraint]) {
            charges[group] = 0;
            for (int each : problem.constraintsOf(group)) {
                charges[group] += prices[each];
            }
        }
        return true;
    }

    /** Adds the prices of the constraint, above 0, below which the user wants one candidate more of those that it counts. */
    private int addThresholds(int user, double price, int size) {
        int most = problem.mostOf(user);
        double[] counted = new double[most];
        double[] others = new double[most];
        int countedSize = 0;
        int othersSize = 0;
        for (int candidate = problem.first(user); candidate < problem.end(user); candidate++) {
            int group = problem.group(candidate);
            double net = problem.value(candidate) - charges[group];
            if (isCounted[group]) {
                countedSize = insert(counted, countedSize, net + price);
            } else {
                othersSize = insert(others, othersSize, net);
            }
        }
        int grown = size;
        for (int place = 0; place < countedSize; place++) {
            // The candidate that leaves the user's choice for it: the worst of what is in beside the better counted
            // ones.
            double displaced = most - 1 - place < othersSize ? others[most - 1 - place] : 0;
            double threshold = counted[place] - displaced;
            if (threshold > 0) {
                if (grown == thresholds.length) {
                    thresholds = Arrays.copyOf(thresholds, Math.multiplyExact(grown, 2));
                }
                thresholds[grown++] = threshold;
            }
        }
        return grown;
    }

    /** Puts a value above 0 in its place among the best, descending; gives their number. */
    private static int insert(double[] best, int size, double value) {
        if (value <= 0 || best.length == 0 || (size == best.length && value <= best[size - 1])) {
            return size;
        }
        int place = size == best.length ? size - 1 : size;
        while (place > 0 && best[place - 1] < value) {
            best[place] = best[place - 1];
            place--;
        }
        best[place] = value;
        return Math.min(size + 1, best.length);
    }

    private static double least(double[] values, int size) {
        double least = values[0];
        for (int at = 1; at < size; at++) {
            least = Math.min(least, values[at]);
        }
        return least;
    }

    private int[][] groupsOfConstraint() {
        int[] counts = new int[problem.constraints()];
        for (int group = 0; group < problem.groups(); group++) {
            for (int constraint : problem.constraintsOf(group)) {
                counts[constraint]++;
            }
        }
        int[][] groups = new int[counts.length][];
        Arrays.setAll(groups, constraint -> new int[counts[constraint]]);
        for (int group = problem.groups() - 1; group >= 0; group--) {
            for (int constraint : problem.constraintsOf(group)) {
                groups[constraint][--counts[constraint]] = group;
            }
        }
        return groups;
    }

    private interface Use {
        void of(int constraint, int user);
    }

    private void forEachUse(Use use) {
        int[] lastUser = new int[problem.constraints()];
        Arrays.fill(lastUser, -1);
        for (int user = 0; user < problem.users(); user++) {
            for (int candidate = problem.first(user); candidate < problem.end(user); candidate++) {
                for (int constraint : problem.constraintsOf(problem.group(candidate))) {
                    if (lastUser[constraint] != user) {
                        lastUser[constraint] = user;
                        use.of(constraint, user);
                    }
                }
            }
        }
    }
}
