package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers as tasks of Spark. */
class BarrierTrainingTest {
    private static final Configuration HADOOP = new Configuration();
    private static final FeatureShape SHAPE = new FeatureShape(2, 3);
    private static final HeavyParams PARAMS = HeavyParams.parse(
            "test",
            SampleParams.whole("sample-heavy")
                    .replaceAll(
                            "(?s)  blocks:.*?(?=  initial_scale)",
                            "  blocks: [{units: 8, kernel: 3, filters: 2, residual: false}]\n")
                    // Unlike heavy.yaml: workers must not take it from there.
                    .replaceAll("initial_scale: [0-9.]+", "initial_scale: null")
                    .replace("optimizer: adam", "optimizer: momentum")
                    .replace("maximum_steps: 5000", "maximum_steps: 12")
                    .replace("batch_rows: 256", "batch_rows: 51")
                    .replace("evaluate_every_steps: 100", "evaluate_every_steps: 4"));

    /** What workers of this process reported. */
    private static final List<String> REPORTS = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path folder;

    private ShuffledExamples examples(String name, int rows) {
        return ShuffledExamples.write(
                UnaryOperator.identity(),
                ShuffledExamplesTest.table(SharedSpark.session(), rows),
                folder.resolve(name).toString(),
                3,
                HADOOP);
    }

    /** Of the first attempt, a worker is lost right after the checkpoint of step 8. */
    private static void reportUntilLost(TrainingProgress progress) {
        REPORTS.add(progress.toString());
        if (TaskContext.get().stageAttemptNumber() == 0
                && progress instanceof TrainingProgress.Evaluated evaluated
                && evaluated.step() == 8) {
            throw new IllegalStateException("lost");
        }
    }

    @Test
    void aStageWhoseWorkerIsLostGoesOnFromItsCheckpointAndLearnsWhatOneProcessDoes() {
        ShuffledExamples training = examples("training", 900);
        ShuffledExamples evaluation = examples("evaluation", 230);
        ModelExport alone = HeavyTrainer.train(
                training, evaluation, PARAMS, SHAPE, "features", folder.resolve("alone"), options("alone", REPORTS));
        REPORTS.clear();

        List<String> driver = new ArrayList<>();
        TrainingOptions options = options("together", driver);
        SparkContext spark = SharedSpark.session().sparkContext();
        new BarrierTraining(PARAMS, SHAPE, "features", training, evaluation)
                .run(spark, 2, options, folder.resolve("start").toString(), BarrierTrainingTest::reportUntilLost);
        assertEquals(
                1,
                REPORTS.stream()
                        .filter(line -> line.startsWith("resumed at step 8, epoch 0, from "))
                        .count(),
                REPORTS::toString);
        // Steps 4 and 8 of the first attempt, 12 of the second.
        assertEquals(
                3,
                REPORTS.stream()
                        .filter(line ->
                                line.matches("2 workers: a step takes [0-9.]+ s, of which [0-9.]+ s exchange.*"))
                        .count(),
                REPORTS::toString);

        ModelExport together = HeavyTrainer.train(
                training, evaluation, PARAMS, SHAPE, "features", folder.resolve("together"), options);
        assertTrue(driver.stream().anyMatch(line -> line.startsWith("resumed at step 12, ")), driver::toString);
        assertEquals(alone.metrics().keySet(), together.metrics().keySet());
        alone.metrics()
                .forEach((name, value) -> assertEquals(value, together.metrics().get(name), 1e-4, name));
    }

    private TrainingOptions options(String name, List<String> reports) {
        return TrainingOptions.of(TensorFlowThreads.DEFAULT, progress -> reports.add(progress.toString()))
                .checkpoints(
                        folder.resolve(name + "-checkpoints").toString(),
                        0,
                        TrainingOptions.OtherOrigin.REFUSE,
                        HADOOP);
    }

    @Test
    void moreWorkersThanRunAtOnceAreRefused() {
        BarrierTraining training = new BarrierTraining(PARAMS, SHAPE, "features", null, null);
        SparkContext spark = SharedSpark.session().sparkContext();
        TrainingOptions options = options("none", REPORTS);
        int cores = spark.defaultParallelism();
        assertEquals(
                "--workers must be at most the " + cores + " tasks that Spark runs at once here, local[*], but is "
                        + (cores + 1),
                assertThrows(PushrankException.class, () -> training.run(spark, cores + 1, options, "start"))
                        .getMessage());
        assertEquals(
                "--workers must be between 1 and 51, but is 52",
                assertThrows(PushrankException.class, () -> training.run(spark, 52, options, "start"))
                        .getMessage());
    }
}
