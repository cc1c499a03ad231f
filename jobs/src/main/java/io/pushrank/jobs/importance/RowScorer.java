package io.pushrank.jobs.importance;

import io.pushrank.udf.model.HeavyScores;
import java.io.Serializable;
import java.util.List;

/** Scores rows on an executor. Each task has a copy of its own. */
@FunctionalInterface
interface RowScorer extends Serializable {
    /**
     * Scores one batch.
     *
     * @return a value for each row; what a row gets must not depend on the rows beside it
     */
    HeavyScores score(List<FeatureRow> rows);
}
