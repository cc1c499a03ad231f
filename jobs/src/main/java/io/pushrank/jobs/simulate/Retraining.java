package io.pushrank.jobs.simulate;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.Logistic;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.Examples;
import io.pushrank.jobs.examples.SplitExamples;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.train.Training;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Has a policy learn from what came of its own sends. The heavy ranker in use goes on training with the examples of the last
 * week of which every answer is known, one that is fitted at once is fitted anew, and the new version is put in use, better or
 * not: what a model does to the log that it learns from is what is looked at. One thread trains, so that the same log gives the
 * same model.
 */
final class Retraining {
    /** Five days for the weights and two for early stopping and calibration: a policy's own sends soon prevail. */
    private static final int DAYS = 7;

    private static final double HOLDOUT = 0.2;
    /** Within a day of a send, people open it or never will. */
    private static final Duration ANSWERED = Duration.ofDays(1);

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
     * Refuses what could never be trained.
     *
     * @param training the first day before which is trained
     * @param first the world's first day
     * @throws PushrankException with exit code 2 when examples would not be of sends, or of fewer than two days
     */
    static void require(Policy.Configured policy, LocalDate training, LocalDate first) {
        RankingConfig config = policy.vocabulary().config();
        if (config.examples().labels() != ExampleLabels.NOTIFICATIONS) {
            throw PushrankException.usage("policy " + policy.name()
                    + ": examples.labels must be notifications for --retrain-every, but is "
                    + config.examples().labels());
        }
        LocalDate last = lastAnswered(config, training);
        if (!first.isBefore(last)) {
            throw PushrankException.usage("policy " + policy.name()
                    + ": --retrain-every must leave sends of two days that are answered before " + training
                    + ", but the world begins on " + first + ", the last such day is " + last
                    + ", and examples.window_hours is " + config.examples().windowHours());
        }
    }

    /** The last as-of day whose window of sends is over, and answered, at another day's as-of instant. */
    private static LocalDate lastAnswered(RankingConfig config, LocalDate date) {
        Instant latest = config.asOf(date).minus(config.examples().window()).minus(ANSWERED);
        LocalDate day = LocalDate.ofInstant(latest, ZoneOffset.UTC);
        return config.asOf(day).isAfter(latest) ? day.minusDays(1) : day;
    }

    /**
     * Trains on what is known at a day's as-of instant. A version that an attempt before has written is put in use as it is.
     *
     * @param given version that the policy began with
     * @param first the world's first day
     * @return why nothing could be learned, and the version in use stays; empty when a new one is in use
     */
    Optional<String> before(LocalDate date, LocalDate first, String given, Progress progress) {
        // With what it began with, so that no version of that name can be there already.
        String version = given + "." + date;
        ModelPackage inUse = ModelPackage.champion(layout.models(), ModelKind.HEAVY, hadoop);
        if (!exists(version)) {
            LocalDate last = lastAnswered(vocabulary.config(), date);
            LocalDate week = last.minusDays(DAYS - 1L);
            try {
                train(version, inUse, week.isAfter(first) ? week : first, last, progress);
            } catch (PushrankException e) {
                if (e.exitCode() != ExitCode.INPUT_REJECTED) {
                    throw e;
                }
                // Of people who have all switched pushes off there is nothing to learn; the days go on.
                return Optional.of(e.getMessage());
            }
        }
        ModelPackage.crown(layout.models(), ModelKind.HEAVY, version, hadoop);
        if (!inUse.version().equals(given) && !inUse.version().equals(version)) {
            HeavyModels.release(inUse);
        }
        return Optional.empty();
    }

    private boolean exists(String version) {
        try {
            ModelPackage.open(layout.models(), ModelKind.HEAVY, version, hadoop);
            return true;
        } catch (ModelException absent) {
            return false;
        }
    }

    private void train(String version, ModelPackage inUse, LocalDate from, LocalDate to, Progress progress) {
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
        HeavyParams params = HeavyParams.of(inUse);
        // What is fitted at once has no weights to go on from.
        ModelPackage start = params.model() instanceof Logistic ? null : inUse;
        new Training(
                        SplitExamples.byShare(
                                table.read(vocabulary.config().examples().labels(), from, to), HOLDOUT),
                        features,
                        layout.models(),
                        hadoop,
                        line -> {},
                        Training.Settings.warmStart(start))
                .heavy(version, params);
    }
}
