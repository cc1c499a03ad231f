package io.pushrank.jobs.report;

import io.pushrank.jobs.config.Bounds;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Bootstrap over users (Efron 1979): users are drawn with replacement, as many as there are, again and again; each figure
 * is made anew from the sums over those drawn. Figures made from the same resample are paired, hence so are their
 * differences.
 */
public final class Bootstrap {
    private static final double TAIL = 0.025;

    private final long[] sums;
    private final long[][] resampledSums;

    /**
     * Draws the resamples.
     *
     * @param users one array of counts a user
     * @param columns length of each
     * @param resamples at least 1
     */
    public Bootstrap(int[][] users, int columns, int resamples, long seed) {
        Bounds.atLeast("resamples", resamples, 1);
        SplittableRandom seeds = new SplittableRandom(seed);
        SplittableRandom[] randoms =
                Stream.generate(seeds::split).limit(resamples).toArray(SplittableRandom[]::new);
        this.sums = new long[columns];
        for (int[] user : users) {
            add(sums, user);
        }
        this.resampledSums = IntStream.range(0, resamples)
                .parallel()
                .mapToObj(resample -> resampled(users, columns, randoms[resample]))
                .toArray(long[][]::new);
    }

    /**
     * The two ends of a percentile interval; NaN where it is undefined.
     *
     * @param low 2.5th percentile
     * @param high 97.5th percentile
     */
    public record Interval(double low, double high) {}

    /**
     * The 95 % percentile interval of a figure.
     *
     * @param figure made from sums over users; NaN where a resample leaves it undefined, and such resamples do not count
     */
    public Interval interval(ToDoubleFunction<long[]> figure) {
        return interval(Arrays.stream(resampledSums).mapToDouble(figure));
    }

    /** The 95 % percentile interval by a figure's values in resamples; those that are not finite do not count. */
    public static Interval interval(DoubleStream resampled) {
        double[] values = resampled.filter(Double::isFinite).sorted().toArray();
        return new Interval(percentile(values, TAIL), percentile(values, 1 - TAIL));
    }

    /** Adds a figure of all users, with its interval, to metrics. */
    public void put(Metrics metrics, String name, ToDoubleFunction<long[]> figure) {
        metrics.put(name, figure.applyAsDouble(sums), interval(figure));
    }

    /** Sums of the counts of all users, each once. */
    public long[] sums() {
        return sums.clone();
    }

    private static long[] resampled(int[][] users, int columns, SplittableRandom random) {
        long[] sums = new long[columns];
        for (int drawn = 0; drawn < users.length; drawn++) {
            add(sums, users[random.nextInt(users.length)]);
        }
        return sums;
    }

    private static void add(long[] sums, int[] user) {
        for (int column = 0; column < sums.length; column++) {
            sums[column] += user[column];
        }
    }

    /** Between the two nearest of the sorted values, in proportion. */
    private static double percentile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = share * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
