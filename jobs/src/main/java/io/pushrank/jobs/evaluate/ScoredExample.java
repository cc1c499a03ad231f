package io.pushrank.jobs.evaluate;

import org.apache.spark.sql.Row;

/**
 * What came of an example, and what was predicted.
 *
 * @param isOpened opened or clicked, and not disliked: a dislike takes both positives away
 * @param isEngaged engaged with, and not disliked
 * @param pOonc probability of the first by the heavy ranker
 * @param pEngagement probability of both
 * @param trueOonc, trueEngagement the same by the oracle; NaN where it does not tell
 * @param logistic probability of the first by the logistic regression; NaN where there is none
 */
record ScoredExample(
        boolean isOpened,
        boolean isEngaged,
        boolean isNewUser,
        double pOonc,
        double pEngagement,
        double trueOonc,
        double trueEngagement,
        double logistic) {

    static ScoredExample of(Row row) {
        boolean isDisliked = row.<Float>getAs("label_dislike") == 1;
        return new ScoredExample(
                row.<Float>getAs("label_oonc") == 1 && !isDisliked,
                row.<Float>getAs("label_engagement") == 1 && !isDisliked,
                row.getAs("is_new_user"),
                row.<Float>getAs("p_oonc"),
                row.<Float>getAs("p_engagement"),
                orUndefined(row.getAs("true_oonc")),
                orUndefined(row.getAs("true_engagement")),
                orUndefined(row.getAs("logistic")));
    }

    /** Engagement given that it was opened, by the heavy ranker. */
    double pEngagementIfOpened() {
        return conditional(pEngagement, pOonc);
    }

    double trueEngagementIfOpened() {
        return conditional(trueEngagement, trueOonc);
    }

    private static double conditional(double joint, double condition) {
        return condition > 0 ? Math.min(1, joint / condition) : joint;
    }

    private static double orUndefined(Double value) {
        return value == null ? Double.NaN : value;
    }
}
