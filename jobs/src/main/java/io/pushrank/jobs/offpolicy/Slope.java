package io.pushrank.jobs.offpolicy;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses among estimates that trade bias for variance, without knowing the bias (SLOPE: Su, Srinath and Krishnamurthy 2020,
 * in the order of Tucker and Lee 2021).
 */
final class Slope {
    private static final double FACTOR = Math.sqrt(6) - 1;

    private Slope() {}

    /**
     * The narrowest estimate, from the widest on, that agrees with every wider one.
     *
     * @param widths half widths of the estimates' confidence intervals; of equal ones the first counts as narrower
     * @return index of the chosen estimate
     */
    static int choose(double[] estimates, double[] widths) {
        List<Integer> widestFirst = IntStream.range(0, estimates.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(index -> -widths[index])
                        .thenComparing(Comparator.reverseOrder()))
                .toList();
        int chosen = widestFirst.get(0);
        for (int candidate : widestFirst) {
            for (int wider : widestFirst.subList(0, widestFirst.indexOf(candidate))) {
                double apart = Math.abs(estimates[wider] - estimates[candidate]);
                if (!(apart <= widths[candidate] + FACTOR * widths[wider])) {
                    return chosen;
                }
            }
            chosen = candidate;
        }
        return chosen;
    }
}
