package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Weight;
import java.util.Map;

/**
 * What a training begins with.
 *
 * @param step batches that were learned from before: learning rate, ramps and dropout go on from there
 * @param variables values of some or all variables, the optimizer's memory too where it goes on; the others start as usual
 */
record TrainingStart(long step, Map<String, Weight> variables) {
    static final TrainingStart RANDOM = new TrainingStart(0, Map.of());

    /** Whether there is a model at step 0 that is worth an evaluation. */
    boolean isTrained() {
        return !variables.isEmpty();
    }
}
