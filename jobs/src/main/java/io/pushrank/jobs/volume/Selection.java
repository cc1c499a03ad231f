package io.pushrank.jobs.volume;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** What is kept at given prices: what users want most, as far as every constraint has room. */
final class Selection {
    private final VolumeProblem problem;
    private final double[] prices;
    private final double[] charges;
    private final BitSet kept = new BitSet();
    private final BitSet asked = new BitSet();
    private final int[] left;
    private final long[] volumes;

    Selection(VolumeProblem problem, double[] prices, double[] charges) {
        this.problem = problem;
        this.prices = prices;
        this.charges = charges;
        left = new int[problem.users()];
        for (int user = 0; user < left.length; user++) {
            left[user] = problem.mostOf(user);
        }
        volumes = new long[problem.constraints()];
    }

    VolumeSolution solution() {
        double bound = bound();
        // First what is worth its price, of every user; then what else there is room for.
        keepAbove(0);
        keepAbove(Double.NEGATIVE_INFINITY);
        double value = kept.stream().mapToDouble(problem::value).sum();
        return new VolumeSolution(kept, prices, volumes, value, bound);
    }

    private void keepAbove(double least) {
        boolean isAny = true;
        while (isAny) {
            isAny = keepBest(least);
        }
    }

    /** Keeps each user's best candidate for which there is room, the best user's first. Whether there is any. */
    private boolean keepBest(double least) {
        List<Wish> wishes = new ArrayList<>();
        for (int user = 0; user < left.length; user++) {
            int best = left[user] == 0 ? -1 : best(user, least);
            if (best >= 0) {
                wishes.add(new Wish(user, best, net(best)));
            }
        }
        wishes.sort(Comparator.comparingDouble(Wish::net).reversed().thenComparingInt(Wish::candidate));
        for (Wish wish : wishes) {
            asked.set(wish.candidate());
            if (hasRoom(wish.candidate())) {
                kept.set(wish.candidate());
                left[wish.user()]--;
                for (int constraint : problem.constraintsOf(problem.group(wish.candidate()))) {
                    volumes[constraint]++;
                }
            }
        }
        return !wishes.isEmpty();
    }

    private record Wish(int user, int candidate, double net) {}

    private int best(int user, double least) {
        int best = -1;
        for (int candidate = problem.first(user); candidate < problem.end(user); candidate++) {
            if (problem.value(candidate) > 0
                    && net(candidate) > least
                    && !asked.get(candidate)
                    && (best < 0 || net(candidate) > net(best))
                    && hasRoom(candidate)) {
                best = candidate;
            }
        }
        return best;
    }

    private double net(int candidate) {
        return problem.value(candidate) - charges[problem.group(candidate)];
    }

    private boolean hasRoom(int candidate) {
        for (int constraint : problem.constraintsOf(problem.group(candidate))) {
            if (volumes[constraint] >= problem.most(constraint)) {
                return false;
            }
        }
        return true;
    }

    /** The dual value: what the constraints' room is worth at their prices, and what users have left after paying them. */
    private double bound() {
        double bound = 0;
        for (int constraint = 0; constraint < prices.length; constraint++) {
            bound += prices[constraint] * problem.most(constraint);
        }
        for (int user = 0; user < left.length; user++) {
            double[] nets = new double[problem.end(user) - problem.first(user)];
            for (int at = 0; at < nets.length; at++) {
                nets[at] = Math.max(0, net(problem.first(user) + at));
            }
            if (left[user] > 0) {
                Descending.select(nets, nets.length, left[user] - 1);
            }
            for (int at = 0; at < left[user]; at++) {
                bound += nets[at];
            }
        }
        return bound;
    }
}
