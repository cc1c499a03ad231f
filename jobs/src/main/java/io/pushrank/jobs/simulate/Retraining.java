package io.pushrank.jobs.simulate;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.Logistic;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.Examples;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.train.Training;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Has a policy learn from what came of its own sends. The heavy ranker in use is trained on with the examples of the last
 * week whose labels are complete, and the new version is put in use, better or not: what a model does to the log that it
 * learns from is what is looked at. One thread trains, so that the same log gives the same model.
 */
final class Retraining {
    /** As many instants as {@code train} needs for a holdout, and few enough that the policy's own sends soon prevail. */
    private static final int DAYS = 7;

    private static final double HOLDOUT = 0.2;

    private final SparkSession spark;
    private final Configuration hadoop;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final Choices choices;

    /** @param layout the policy's own inputs, outputs and models */
    Retraining(SparkSession spark, Layout layout, Vocabulary vocabulary, Choices choices) {
        this.spark = spark;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.choices = choices;
    }

    /**
     * Trains on what is known at a day's as-of instant. A version that an attempt before has written is put in use as it is.
     *
     * @param first the world's first day
     * @throws PushrankException with exit code 2 when labels of fewer than two days are complete by then
     */
    void before(LocalDate date, LocalDate first, Progress progress) {
        String version = date.toString();
        if (!exists(version)) {
            LocalDate last = lastLabeled(date);
            LocalDate week = last.minusDays(DAYS - 1L);
            LocalDate from = week.isAfter(first) ? week : first;
            if (!from.isBefore(last)) {
                throw PushrankException.usage("--retrain-every must leave two days with complete labels before " + date
                        + ", but the world begins on " + first + ", and examples.window_hours is "
                        + vocabulary.config().examples().windowHours());
            }
            train(version, from, last, progress);
        }
        ModelPackage.crown(layout.models(), ModelKind.HEAVY, version, hadoop);
    }

    /** The last day whose sends' labels are complete at a day's as-of instant. */
    private LocalDate lastLabeled(LocalDate date) {
        Instant labeled = vocabulary
                .config()
                .asOf(date)
                .minus(vocabulary.config().examples().window());
        LocalDate day = LocalDate.ofInstant(labeled, ZoneOffset.UTC);
        return vocabulary.config().asOf(day).isAfter(labeled) ? day.minusDays(1) : day;
    }

    private boolean exists(String version) {
        try {
            ModelPackage.open(layout.models(), ModelKind.HEAVY, version, hadoop);
            return true;
        } catch (ModelException absent) {
            return false;
        }
    }

    private void train(String version, LocalDate from, LocalDate to, Progress progress) {
        ModelPackage inUse = ModelPackage.champion(layout.models(), ModelKind.HEAVY, hadoop);
        FeatureList features = FeatureList.of(inUse);
        ExampleTable table = new ExampleTable(spark, layout);
        table.claim(features);
        Examples examples = new Examples(spark, layout, vocabulary, features);
        LocalDate missing = from;
        while (!missing.isAfter(to) && table.has(vocabulary.config().examples().labels(), missing)) {
            missing = missing.plusDays(1);
        }
        if (!missing.isAfter(to)) {
            LocalDate begin = missing;
            new Run(spark, layout, vocabulary, to, "simulate", choices, progress)
                    .other(
                            begin,
                            (findings, publisher, told, reports, notes) -> examples.write(
                                    Examples.instants(vocabulary.config(), begin, to, 24),
                                    findings,
                                    publisher,
                                    told,
                                    reports,
                                    notes));
        }
        HeavyParams params = HeavyParams.parse(inUse.directory() + "/params.yaml", inUse.paramsYaml());
        // What is fitted at once has no weights to go on from.
        ModelPackage start = params.model() instanceof Logistic ? null : inUse;
        new Training(
                        table.read(vocabulary.config().examples().labels(), from, to),
                        features,
                        layout.models(),
                        hadoop,
                        HOLDOUT,
                        line -> {},
                        new Training.Settings(TensorFlowThreads.DEFAULT, null, 0, null, start))
                .heavy(version, params);
    }
}
