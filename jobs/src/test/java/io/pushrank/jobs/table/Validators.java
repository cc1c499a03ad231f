package io.pushrank.jobs.table;

import io.pushrank.jobs.config.RankingConfig;

/** Validators of tests. */
final class Validators {
    private Validators() {}

    /** One that knows nothing of the inputs but what validators of the same output found before. */
    static Validator of(Inputs inputs, RankingConfig config, Layout layout) {
        return new Validator(inputs, config, new KeyIndexes(inputs, layout, "code", false));
    }
}
