package io.pushrank.jobs.importance;

import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.List;

/** A heavy ranker as heavy ranking scores with it: one TensorFlow session a JVM, one batch a task. */
final class HeavyRowScorer implements RowScorer {
    private static final long serialVersionUID = 1L;

    private final ModelPackage model;
    private final int batchRows;
    /** Null until the task scores its first rows. */
    private transient FeatureBatch batch;

    HeavyRowScorer(ModelPackage model, int batchRows) {
        this.model = model;
        this.batchRows = batchRows;
    }

    @Override
    public HeavyScores score(List<FeatureRow> rows) {
        HeavyModel heavy = HeavyModels.get(model, TensorFlowThreads.DEFAULT);
        if (batch == null) {
            batch = new FeatureBatch(heavy.shape(), batchRows);
        }
        batch.clear();
        for (FeatureRow row : rows) {
            batch.add(
                    row.continuous,
                    row.continuousMissing,
                    row.binary,
                    row.sparseIds,
                    row.sparseValues,
                    row.sparseContinuousIds,
                    row.sparseContinuousValues);
        }
        return heavy.score(batch);
    }
}
