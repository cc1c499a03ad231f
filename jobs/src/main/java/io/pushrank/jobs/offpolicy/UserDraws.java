package io.pushrank.jobs.offpolicy;

import java.util.SplittableRandom;

/** How often a user counts in each resample of a bootstrap: Poisson with mean 1, always the same for seed and user. */
final class UserDraws {
    private final SplittableRandom random;

    UserDraws(long seed, long user) {
        // Mixed twice, so that neither neighboring users nor neighboring seeds share their draws.
        long mixed = new SplittableRandom(user).nextLong();
        this.random = new SplittableRandom(new SplittableRandom(seed ^ mixed).nextLong());
    }

    /** The next resample's. */
    int next() {
        double uniform = random.nextDouble();
        double probability = Math.exp(-1);
        int times = 0;
        double cumulated = probability;
        while (uniform >= cumulated && probability > 0) {
            times++;
            probability /= times;
            cumulated += probability;
        }
        return times;
    }
}
