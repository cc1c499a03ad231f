package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that go on from what an earlier one has kept, and those that only export what they had reached. */
class ContinuedTrainingTest {
    private static final String RATE = "learning_rate: 0.001";

    private final List<String> lines = new ArrayList<>();

    @TempDir
    private Path folder;

    private static LightParams params(String rate) {
        return LightParams.parse(
                "test",
                SampleParams.whole("sample-light")
                        .replace("maximum_steps: 5000", "maximum_steps: 6")
                        .replace("batch_rows: 256", "batch_rows: 50")
                        .replace("evaluate_every_steps: 100", "evaluate_every_steps: 3")
                        .replace("patience: 5", "patience: 50")
                        .replace(RATE, rate));
    }

    private TrainingOptions options() {
        return TrainingOptions.of(TensorFlowThreads.DEFAULT, progress -> lines.add(progress.toString()));
    }

    private ModelExport train(String rate, TrainingOptions options) {
        lines.clear();
        return LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(600, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(200, 2, false)),
                params(rate),
                new FeatureShape(SyntheticExamples.CONTINUOUS, 0),
                "features",
                folder.resolve("export-" + System.nanoTime()),
                options);
    }

    private TrainingOptions keeping(String name) {
        return options().keepingState(folder.resolve(name).toString(), new Configuration());
    }

    private TrainingState kept(String name) throws Checkpoints.OriginException {
        try (Checkpoints checkpoints = new Checkpoints(folder.resolve(name).toString(), new Configuration())) {
            return checkpoints.latest(Map.of()).orElseThrow().state();
        }
    }

    private static TrainingStart from(TrainingState state) {
        return new TrainingStart(state.step(), state.variables());
    }

    @Test
    void theOptimizersMemoryAndTheStepGoOn() throws Exception {
        train(RATE, keeping("first"));
        TrainingState first = kept("first");
        assertEquals(6, first.step(), lines::toString);
        assertTrue(
                first.variables().keySet().stream().anyMatch(name -> name.startsWith("slot.")),
                () -> "optimizer's memory among " + first.variables().keySet());

        train(RATE, keeping("second").startingFrom(from(first)));
        assertEquals(12, kept("second").step(), lines::toString);
        assertTrue(lines.get(0).startsWith("step 6, as it began: "), lines::toString);
        assertTrue(lines.get(1).startsWith("step 9, epoch 0: "), lines::toString);

        // Without the memory, or as if at the first step, the same batches teach something else.
        TrainingStart weights = new TrainingStart(6, weightsOf(first));
        train(RATE, keeping("forgetful").startingFrom(weights));
        assertFalse(isSame(kept("second"), kept("forgetful")), "the memory counts");
        train(RATE, keeping("again").startingFrom(from(first)));
        assertTrue(isSame(kept("second"), kept("again")), "the same start gives the same");
    }

    private static Map<String, Weight> weightsOf(TrainingState state) {
        Map<String, Weight> weights = new TreeMap<>(state.variables());
        weights.keySet().removeIf(name -> name.startsWith("slot."));
        return weights;
    }

    private static boolean isSame(TrainingState one, TrainingState other) {
        return Weight.digest(weightsOf(one)).equals(Weight.digest(weightsOf(other)));
    }

    @Test
    void whatNoStepMakesBetterIsWrittenAsItWas() throws Exception {
        ModelExport first = train(RATE, keeping("first"));
        ModelExport second = train("learning_rate: 1.0", keeping("second").startingFrom(from(kept("first"))));

        assertTrue(
                lines.contains("no step made it better: what is written is the model that the training began with"),
                lines::toString);
        Map<String, Double> metrics = new TreeMap<>(second.metrics());
        assertEquals(12, metrics.put("steps", 6.0), "steps that were tried count");
        assertEquals(new TreeMap<>(first.metrics()), metrics);
        assertTrue(isSame(kept("first"), kept("second")));
        assertEquals(6, kept("second").step());
    }

    @Test
    void aStoppedTrainingCanBeExportedAsItsBestWithoutTrainingOn() {
        TrainingOptions stopped = TrainingOptions.of(TensorFlowThreads.DEFAULT, progress -> {
                    lines.add(progress.toString());
                    throw new IllegalStateException("stopped");
                })
                .checkpoints(
                        folder.resolve("checkpoints").toString(),
                        0,
                        TrainingOptions.OtherOrigin.REFUSE,
                        new Configuration());
        assertThrows(IllegalStateException.class, () -> train(RATE, stopped));
        assertTrue(lines.get(0).startsWith("step 3, "), lines::toString);

        ModelExport export = train(
                RATE,
                options()
                        .checkpoints(
                                folder.resolve("checkpoints").toString(),
                                0,
                                TrainingOptions.OtherOrigin.REFUSE,
                                new Configuration())
                        .exportingOnly());
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("resumed at step 3, epoch 0, from "), lines::toString);
        assertTrue(lines.get(1).startsWith("exports the best of 3 steps, step 3, evaluated at "), lines::toString);
        assertEquals(3, export.metrics().get("steps"));
    }

    @Test
    void withoutACheckpointThereIsNothingToExport() {
        String none = folder.resolve("none").toString();
        PushrankException refusal = assertThrows(
                PushrankException.class,
                () -> train(
                        RATE,
                        options()
                                .checkpoints(none, 0, TrainingOptions.OtherOrigin.REFUSE, new Configuration())
                                .exportingOnly()));
        assertEquals(
                "--export-best needs a checkpoint of this training with an evaluation, but there is none in " + none,
                refusal.getMessage());
        assertEquals(2, refusal.exitCode().code());
    }
}
