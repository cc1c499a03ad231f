package io.pushrank.jobs.evaluate;

import io.pushrank.udf.model.ModelPackage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What is made of the examples that an evaluation scored, beside its figures. */
@FunctionalInterface
public interface ScoredRows {
    /**
     * Takes the rows while they are there.
     *
     * @param range of the examples, every end known
     * @param model that scored them
     * @param rows of a heavy ranker with the columns of HEAVY_PREDICTIONS, of a light one with those of LIGHT_PREDICTIONS, and
     *     others
     */
    void take(ExampleRange range, ModelPackage model, Dataset<Row> rows);
}
