package io.pushrank.jobs.importance;

import io.pushrank.jobs.config.Bounds;

/**
 * How the importance of features is measured.
 *
 * @param repeats permutations of each feature, 1 to 100
 * @param maxRows rows of the sample, 100 to 200,000; the first user is taken whole even so
 */
public record ImportanceSettings(int repeats, int maxRows) {
    /** @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when a value is out of its bounds */
    public ImportanceSettings {
        Bounds.ofOptions(() -> {
            Bounds.within("--repeats", repeats, 1, 100);
            Bounds.within("--max-rows", maxRows, 100, 200_000);
        });
    }
}
