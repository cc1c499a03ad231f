package io.pushrank.jobs.world;

/**
 * The true probabilities of a push, each an exact function of recipient, item, instant and earlier pushes: see
 * {@link Appeal} for what the item adds and {@link Moment} for the rest.
 *
 * @param oonc P(opened, or clicked in the notifications tab)
 * @param engagedGivenOonc P(engaged with | opened or clicked)
 * @param dislike P(see less often)
 * @param gain P(opened or clicked by a recipient who does not come home on that day): what the push adds to visits
 * @param optOut P(switches push notifications off)
 */
record Truth(double oonc, double engagedGivenOonc, double dislike, double gain, double optOut) {

    static double logistic(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    /** P(opened or clicked, and engaged with). */
    double engagement() {
        return oonc * engagedGivenOonc;
    }
}
