package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.text.OptionalKey;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How either ranker learns.
 *
 * @param optimizer how gradients become steps; gradient_descent as published
 * @param learningRate step size, in (0, 1]
 * @param learningRateWarmUpSteps the rate rises linearly to its value over so many steps; 0 starts with it
 * @param learningRateHalvingSteps the rate halves every so many steps; 0 keeps it
 * @param learningRateCosineSteps after warm-up the rate falls along half a cosine over so many steps, to 1 % of its value,
 *     where it stays; 0 keeps it
 * @param clipNorm gradients are scaled down to this global norm; 0 leaves them
 * @param momentum upper bound of the moving statistics' momentum, in [0, 1)
 * @param momentumRamp whether momentum is min(momentum, (1 + step) / (10 + step)), so that early statistics count
 * @param renormMaximumScale upper bound of batch renormalization's scale correction (r in the paper), from 1 to 100; null: none, as
 *     published
 * @param renormMaximumShift upper bound of its shift correction (d), from 0 to 100; null: none, as published
 * @param renormRampSteps steps over which scale goes from 1 and shift from 0 to their bounds; 0 uses the bounds at once
 * @param renormMomentum upper bound of the momentum of renormalization's own statistics, in [0, 1); null: it corrects toward the moving
 *     statistics
 * @param batchRows examples a step, at least 2
 * @param maximumEpochs passes over the training examples at most
 * @param maximumSteps steps at most
 * @param evaluateEverySteps steps between evaluations
 * @param patience evaluations without improvement before training stops
 * @param tolerance what counts as an improvement must exceed the best by this much
 * @param weightedObjective whether what early stopping maximizes counts each evaluation example by its weight, as the loss
 *     does; null: it does not
 * @param maximumEvaluationRows evaluation examples read at most
 * @param statisticsRows training examples over which normalization statistics are recomputed before export
 * @param seed of initial weights, dropout and noise
 * @param learningRateDecay how the rate falls after the warm-up instead of by halving or the plain cosine; null: as these say
 * @param trainable regular expression over the names of variables: those that it finds nothing in stay as they begin (their
 *     statistics move); null: all are learned
 * @param gradientNoise standard deviation of the noise that each gradient gets before clipping, from a normal distribution cut at
 *     two deviations; null: none
 * @param weightedLoss whether a row counts in the loss by its weight; false: all count alike, as in the published heavy ranker; null:
 *     true
 */
public record TrainingParams(
        OptimizerKind optimizer,
        double learningRate,
        int learningRateWarmUpSteps,
        int learningRateHalvingSteps,
        int learningRateCosineSteps,
        double clipNorm,
        double momentum,
        boolean momentumRamp,
        @OptionalKey Double renormMaximumScale,
        @OptionalKey Double renormMaximumShift,
        int renormRampSteps,
        @OptionalKey Double renormMomentum,
        int batchRows,
        int maximumEpochs,
        int maximumSteps,
        int evaluateEverySteps,
        int patience,
        double tolerance,
        @OptionalKey Boolean weightedObjective,
        int maximumEvaluationRows,
        int statisticsRows,
        long seed,
        @OptionalKey LearningRateDecay learningRateDecay,
        @OptionalKey String trainable,
        @OptionalKey Double gradientNoise,
        @OptionalKey Boolean weightedLoss) {
    /** Above 0, so that steps after the cosine's end still learn something. */
    private static final double COSINE_FLOOR = 0.01;

    public TrainingParams {
        Bounds.require(learningRate > 0 && learningRate <= 1, "training.learning_rate", "in (0, 1]", learningRate);
        Bounds.atLeast("training.learning_rate_warm_up_steps", learningRateWarmUpSteps, 0);
        Bounds.atLeast("training.learning_rate_halving_steps", learningRateHalvingSteps, 0);
        Bounds.atLeast("training.learning_rate_cosine_steps", learningRateCosineSteps, 0);
        Bounds.require(
                learningRateHalvingSteps == 0 || learningRateCosineSteps == 0,
                "training.learning_rate_cosine_steps",
                "0 where learning_rate_halving_steps is not",
                learningRateCosineSteps);
        Bounds.require(
                learningRateDecay == null || (learningRateHalvingSteps == 0 && learningRateCosineSteps == 0),
                "training.learning_rate_decay",
                "absent where learning_rate_halving_steps or learning_rate_cosine_steps is not 0",
                "there");
        Bounds.require(
                gradientNoise == null || (gradientNoise > 0 && gradientNoise <= 100),
                "training.gradient_noise",
                "in (0, 100]",
                gradientNoise);
        requirePattern(trainable);
        Bounds.require(clipNorm >= 0 && clipNorm < 1e6, "training.clip_norm", "in [0, 1e6)", clipNorm);
        Bounds.require(momentum >= 0 && momentum < 1, "training.momentum", "in [0, 1)", momentum);
        if (renormMaximumScale != null) {
            Bounds.within("training.renorm_maximum_scale", renormMaximumScale, 1, 100);
        }
        if (renormMaximumShift != null) {
            Bounds.within("training.renorm_maximum_shift", renormMaximumShift, 0, 100);
        }
        Bounds.atLeast("training.renorm_ramp_steps", renormRampSteps, 0);
        requireMomentum("training.renorm_momentum", renormMomentum);
        Bounds.atLeast("training.batch_rows", batchRows, 2);
        Bounds.atLeast("training.maximum_epochs", maximumEpochs, 1);
        Bounds.atLeast("training.maximum_steps", maximumSteps, 1);
        Bounds.atLeast("training.evaluate_every_steps", evaluateEverySteps, 1);
        Bounds.atLeast("training.patience", patience, 1);
        Bounds.require(tolerance >= 0 && tolerance < 100, "training.tolerance", "in [0, 100)", tolerance);
        Bounds.atLeast("training.maximum_evaluation_rows", maximumEvaluationRows, 2);
        Bounds.atLeast("training.statistics_rows", statisticsRows, 2);
    }

    /** Checks a momentum that may be absent. */
    static void requireMomentum(String key, Double momentum) {
        Bounds.require(momentum == null || (momentum >= 0 && momentum < 1), key, "in [0, 1)", momentum);
    }

    private static void requirePattern(String trainable) {
        try {
            Pattern.compile(trainable == null ? "" : trainable);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "training.trainable must be a regular expression, but is " + trainable + ": " + e.getDescription(),
                    e);
        }
    }

    /** Whether a row counts in the loss by its weight. */
    public boolean weightsLoss() {
        return weightedLoss == null || weightedLoss;
    }

    /** Whether gradients move a variable. */
    public boolean isTrainable(String variable) {
        return trainable == null || Pattern.compile(trainable).matcher(variable).find();
    }

    /** Whether early stopping counts each evaluation example by its weight. */
    public boolean weightsObjective() {
        return Boolean.TRUE.equals(weightedObjective);
    }

    /** Learning rate of a step, from 0. */
    public double learningRateAt(long step) {
        double rate = learningRate;
        if (step < learningRateWarmUpSteps) {
            rate *= (step + 1.0) / learningRateWarmUpSteps;
        }
        if (learningRateHalvingSteps > 0) {
            rate *= Math.pow(0.5, (double) step / learningRateHalvingSteps);
        }
        if (learningRateCosineSteps > 0 && step >= learningRateWarmUpSteps) {
            double way = Math.min(1, (double) (step - learningRateWarmUpSteps) / learningRateCosineSteps);
            rate *= COSINE_FLOOR + (1 - COSINE_FLOOR) * 0.5 * (1 + Math.cos(Math.PI * way));
        }
        if (learningRateDecay != null && step >= learningRateWarmUpSteps) {
            rate *= learningRateDecay.factorAt(step - learningRateWarmUpSteps);
        }
        return rate;
    }

    /** Momentum of the moving statistics at a step, from 0. */
    public double momentumAt(long step) {
        return Math.min(momentum, momentumLimitAt(step));
    }

    /** What every momentum is at most at a step, from 0; 1 without a ramp. */
    public double momentumLimitAt(long step) {
        return momentumRamp ? (1.0 + step) / (10.0 + step) : 1;
    }

    /** Bound of renormalization's scale correction at a step, from 0; infinite where it has none. */
    public float renormScaleAt(long step) {
        return renormMaximumScale == null
                ? Float.POSITIVE_INFINITY
                : 1 + renormRampAt(step) * (renormMaximumScale.floatValue() - 1);
    }

    /** Bound of its shift correction. */
    public float renormShiftAt(long step) {
        return renormMaximumShift == null
                ? Float.POSITIVE_INFINITY
                : renormRampAt(step) * renormMaximumShift.floatValue();
    }

    /** Share of the way to the renormalization bounds at a step, from 0. */
    private float renormRampAt(long step) {
        return renormRampSteps == 0 ? 1 : (float) Math.min(1, (double) step / renormRampSteps);
    }
}
