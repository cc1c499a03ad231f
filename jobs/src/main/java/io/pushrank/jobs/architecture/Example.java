package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureBatch;

/**
 * One training row: features as {@link FeatureBatch#add} takes them, labels and a weight.
 *
 * @param continuous finite values, 0 where missing
 * @param continuousMissing true where missing
 * @param binary finite values; empty for the light ranker
 * @param sparseIds full 64-bit hashes
 * @param sparseValues one value an id
 * @param sparseContinuousIds full 64-bit hashes; empty for the light ranker
 * @param sparseContinuousValues one value an id
 * @param oonc 1 when the notification was opened, or clicked in the notifications tab, else 0
 * @param engagement 1 when the post was engaged with after that, else 0
 * @param dislike 1 when the user asked to see less of it: sets both positives to 0
 * @param heavyScore the light ranker's label, in [0, 1]: what {@link LightParams#label} names, filled by the source
 * @param weight how many rows this one stands for, above 0: 1 / probability of having been sampled
 */
@SuppressWarnings("ArrayRecordComponent") // Flat arrays go straight into the batch; nothing compares examples.
public record Example(
        float[] continuous,
        boolean[] continuousMissing,
        float[] binary,
        long[] sparseIds,
        float[] sparseValues,
        long[] sparseContinuousIds,
        float[] sparseContinuousValues,
        float oonc,
        float engagement,
        float dislike,
        float heavyScore,
        float weight) {
    public Example {
        requireProbability("oonc", oonc);
        requireProbability("engagement", engagement);
        requireProbability("dislike", dislike);
        requireProbability("heavyScore", heavyScore);
        if (!(weight > 0) || Float.isInfinite(weight)) {
            throw new UnusableExamplesException("weight must be above 0 and finite, but is " + weight);
        }
    }

    private static void requireProbability(String name, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new UnusableExamplesException(name + " must be from 0 to 1, but is " + value);
        }
    }

    /** Adds the features as the batch's next row. */
    public void addTo(FeatureBatch batch) {
        batch.add(
                continuous,
                continuousMissing,
                binary,
                sparseIds,
                sparseValues,
                sparseContinuousIds,
                sparseContinuousValues);
    }

    /** The first task's label after the dislike mask. */
    public float maskedOonc() {
        return oonc * (1 - dislike);
    }

    /** The second task's label after the dislike mask; it only counts where {@link #maskedOonc} is 1. */
    float maskedEngagement() {
        return engagement * (1 - dislike);
    }
}
