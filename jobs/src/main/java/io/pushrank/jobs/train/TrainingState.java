package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Weight;
import java.util.Map;

/**
 * Everything that a training's future depends on beside its params and its examples.
 *
 * @param step batches learned from so far; learning rate, ramps and dropout follow from it
 * @param epoch the epoch that the next batch comes from, from 0
 * @param rowsIntoEpoch examples of it that were learned from already
 * @param evaluatedAt step of the last evaluation; -1 before the first
 * @param evaluationsWithoutImprovement since the best one
 * @param best value of the best evaluation; negative infinity before the first
 * @param bestStep step of the best evaluation
 * @param atStart value of the evaluation of what the training began with; NaN when that was nothing
 * @param lossSum of the steps since the last evaluation
 * @param lossSteps how many these are
 * @param bestVariables what the best evaluation was of, with the optimizer's memory, by variable; empty before the first
 * @param variables weights, statistics and the optimizer's memory, by variable
 */
record TrainingState(
        long step,
        int epoch,
        long rowsIntoEpoch,
        long evaluatedAt,
        int evaluationsWithoutImprovement,
        double best,
        long bestStep,
        double atStart,
        double lossSum,
        long lossSteps,
        Map<String, Weight> bestVariables,
        Map<String, Weight> variables) {
    /** What another training can begin with: variables after so many batches, of no epoch or evaluation. */
    static TrainingState after(long step, Map<String, Weight> variables) {
        return new TrainingState(step, 0, 0, -1, 0, Double.NEGATIVE_INFINITY, 0, Double.NaN, 0, 0, Map.of(), variables);
    }
}
