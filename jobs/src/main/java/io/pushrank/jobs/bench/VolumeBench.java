package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.volume.ShadowPrices;
import io.pushrank.jobs.volume.VolumeProblem;
import io.pushrank.jobs.volume.VolumeSolution;
import java.util.SplittableRandom;

/**
 * What it takes to find the shadow prices of a day's limits of volume: in total, of each notification type, country and some
 * authors. Its roof is a bare loop that takes each user's best candidate, as if there were no limit.
 */
record VolumeBench() implements Bench {
    private static final int CANDIDATES = 65;
    private static final int TYPES = 8;
    private static final int COUNTRIES = 50;
    private static final int AUTHORS = 60;
    private static final int CONSTRAINTS = 1 + TYPES + COUNTRIES + AUTHORS;
    private static final int MOST_SWEEPS = 200;
    private static final double MOST_GAP = 0.001;

    @Override
    public String name() {
        return "volume";
    }

    @Override
    public String summary() {
        return "Limits of volume by shadow prices: " + CANDIDATES + " candidates of each of --users under "
                + CONSTRAINTS + " limits, beside each user's best without any.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        Metrics sizes = new Metrics();
        for (long users : context.worlds().users()) {
            VolumeProblem problem =
                    problem(Math.toIntExact(users), context.worlds().seed());
            double roof = loop(problem, Math.toIntExact(users));
            ProcessUse use = ProcessUse.fromNow();
            VolumeSolution solution = ShadowPrices.solve(problem, MOST_SWEEPS, MOST_GAP);
            double rate = (double) users * CANDIDATES / use.seconds();
            Metrics figures = use.metrics()
                    .put("candidates_per_second", rate)
                    .put("of_bare_loop", rate / roof)
                    .put("gap", solution.gap())
                    .put("kept", (double) solution.volume(0));
            sizes.put(Long.toString(users), figures);
            context.out()
                    .printf(
                            "%,d users: %,.0f candidates/s, %.4f of a bare loop; kept %,d, duality gap %.6f %%%n",
                            users, rate, rate / roof, solution.volume(0), 100 * solution.gap());
        }
        return new Metrics()
                .put("constraints", CONSTRAINTS)
                .put("candidates_per_user", CANDIDATES)
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("users", sizes);
    }

    /** Candidates a second of a loop that takes each user's best one. */
    private static double loop(VolumeProblem problem, int users) {
        long start = System.nanoTime();
        double sum = 0;
        for (int user = 0; user < users; user++) {
            double best = 0;
            for (int candidate = user * CANDIDATES; candidate < (user + 1) * CANDIDATES; candidate++) {
                best = Math.max(best, problem.value(candidate));
            }
            sum += best;
        }
        if (Double.isNaN(sum)) {
            throw new IllegalStateException("values must be finite");
        }
        return (double) users * CANDIDATES / (1e-9 * (System.nanoTime() - start));
    }

    /** A group for each type, country and author, or none of these authors; each limit leaves about half of what is wanted. */
    private static VolumeProblem problem(int users, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int size = Math.multiplyExact(users, CANDIDATES);
        int[] first = new int[users + 1];
        int[] most = new int[users];
        double[] values = new double[size];
        int[] groups = new int[size];
        for (int user = 0; user < users; user++) {
            int country = random.nextInt(COUNTRIES);
            first[user + 1] = (user + 1) * CANDIDATES;
            most[user] = 1 + random.nextInt(2);
            for (int candidate = first[user]; candidate < first[user + 1]; candidate++) {
                int author = random.nextInt(4) == 0 ? 1 + random.nextInt(AUTHORS) : 0;
                values[candidate] = 0.3 * Math.pow(random.nextDouble(), 4) - 0.02;
                groups[candidate] = (country * TYPES + random.nextInt(TYPES)) * (AUTHORS + 1) + author;
            }
        }
        int[][] constraintsOfGroup = new int[COUNTRIES * TYPES * (AUTHORS + 1)][];
        for (int group = 0; group < constraintsOfGroup.length; group++) {
            int author = group % (AUTHORS + 1);
            int type = 1 + group / (AUTHORS + 1) % TYPES;
            int country = 1 + TYPES + group / (AUTHORS + 1) / TYPES;
            constraintsOfGroup[group] = author == 0
                    ? new int[] {0, type, country}
                    : new int[] {0, type, country, TYPES + COUNTRIES + author};
        }
        long[] limits = new long[CONSTRAINTS];
        for (int constraint = 0; constraint < CONSTRAINTS; constraint++) {
            int share = constraint == 0
                    ? 1
                    : constraint <= TYPES ? TYPES : constraint <= TYPES + COUNTRIES ? COUNTRIES : 4 * AUTHORS;
            limits[constraint] = Math.max(1, users * 3L / 4 / share);
        }
        return new VolumeProblem(first, most, values, groups, constraintsOfGroup, limits);
    }
}
