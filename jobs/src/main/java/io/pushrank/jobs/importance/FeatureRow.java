package io.pushrank.jobs.importance;

/** The features of one row, as {@link io.pushrank.udf.model.FeatureBatch#add} takes them. */
final class FeatureRow {
    final float[] continuous;
    final boolean[] continuousMissing;
    final float[] binary;
    final long[] sparseIds;
    final float[] sparseValues;
    final long[] sparseContinuousIds;
    final float[] sparseContinuousValues;

    FeatureRow(
            float[] continuous,
            boolean[] continuousMissing,
            float[] binary,
            long[] sparseIds,
            float[] sparseValues,
            long[] sparseContinuousIds,
            float[] sparseContinuousValues) {
        this.continuous = continuous;
        this.continuousMissing = continuousMissing;
        this.binary = binary;
        this.sparseIds = sparseIds;
        this.sparseValues = sparseValues;
        this.sparseContinuousIds = sparseContinuousIds;
        this.sparseContinuousValues = sparseContinuousValues;
    }
}
