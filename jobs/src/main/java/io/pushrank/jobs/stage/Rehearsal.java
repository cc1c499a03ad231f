package io.pushrank.jobs.stage;

import io.pushrank.udf.model.ModelException;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Plans stages on empty tables, so that what cannot be calculated is found before anything is read. */
public final class Rehearsal {
    private Rehearsal() {}

    /**
     * Plans the stages, those whose model is missing or damaged left out: that is for the stage itself to tell, since the
     * stages before it can be done.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 naming file, line and word, for a source, fact or rule
     *     that cannot be calculated, or the setting that names a model that is not there
     * @throws ModelException for a feature of a model that cannot be calculated
     */
    public static void of(
            SparkSession spark, Vocabulary vocabulary, LocalDate date, List<Stage> stages, Models models) {
        for (Stage stage : stages) {
            stage.requireModels(vocabulary, models);
            if (stage.models(vocabulary.config()).stream().allMatch(model -> isUsable(models, model))) {
                try (StageContext context = StageContext.ofEmptyTables(spark, vocabulary, date, models)) {
                    Dataset<Row> unused = stage.judge(context);
                }
            }
        }
    }

    private static boolean isUsable(Models models, RankerVersion model) {
        try {
            return (model.version().isPresent() || models.has(model.kind()))
                    && !models.get(model.kind(), model.version()).version().isEmpty();
        } catch (ModelException e) {
            return false;
        }
    }
}
