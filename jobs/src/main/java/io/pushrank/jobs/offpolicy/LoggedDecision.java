package io.pushrank.jobs.offpolicy;

import io.pushrank.jobs.config.Bounds;

/**
 * A decision that was made and written down, and what the target policy would have done in its place.
 *
 * @param reward what came of it
 * @param propensity probability with which it was made, above 0 to 1
 * @param target probability with which the target policy makes the same decision, 0 to 1
 * @param predicted reward that a model predicts for it
 * @param targetPredicted reward that the model predicts of the target policy: the mean over all decisions that it may make
 */
public record LoggedDecision(
        double reward, double propensity, double target, double predicted, double targetPredicted) {
    public LoggedDecision {
        Bounds.require(propensity > 0 && propensity <= 1, "propensity", "above 0 and at most 1", propensity);
        Bounds.within("target", target, 0, 1);
    }

    /** By how much more often the target policy makes it. */
    public double weight() {
        return target / propensity;
    }
}
