package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.SavedVariables;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.Event;

/** Trainings that are broken off, as processes of their own. */
class ResumedTrainingTest {
    private static final long PAUSE_MILLISECONDS = 15;

    @TempDir
    private Path folder;

    @Test
    void killedHeavyTrainingEndsInTheSameBytes() throws Exception {
        requireSameBytes("heavy", Signal.KILL, 3);
    }

    @Test
    void interruptedLightTrainingEndsInTheSameBytes() throws Exception {
        requireSameBytes("light", Signal.TERM, 4);
    }

    /**
     * How a training is broken off: KILL leaves it no instant, TERM is a scheduler's. Ctrl-C takes the same way, but a JVM that
     * a shell started in the background does not hear it.
     */
    private enum Signal {
        KILL,
        TERM
    }

    private void requireSameBytes(String kind, Signal signal, long seed) throws Exception {
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        SplittableRandom random = new SplittableRandom(seed);
        Process unbroken = start(kind, whole, 0);
        List<String> first = breakOff(start(kind, broken, PAUSE_MILLISECONDS), 1 + random.nextInt(3), random, signal);
        if (signal == Signal.TERM) {
            assertTrue(
                    first.stream()
                            .anyMatch(line -> line.matches(
                                    "interrupted at step [0-9]+; the same command goes on" + " from there")),
                    first::toString);
        }
        assertFalse(Files.exists(broken.resolve("models")), first::toString);
        List<String> second = output(start(kind, broken, 0));
        Matcher resumed = Pattern.compile("resumed at step ([0-9]+), epoch [0-9]+, from .*checkpoint-[0-9]{12}")
                .matcher(second.get(0));
        assertTrue(resumed.matches(), second.get(0));
        int resumedAt = Integer.parseInt(resumed.group(1));
        assertTrue(resumedAt >= 10 && resumedAt < 60, second.get(0));
        output(unbroken);

        ModelPackage expected = open(whole, kind);
        ModelPackage found = open(broken, kind);
        assertEquals(expected.manifest().files(), found.manifest().files());
        assertEquals(
                new TreeMap<>(expected.manifest().metrics()),
                new TreeMap<>(found.manifest().metrics()));
        PythonChecks.copyEvents(whole.resolve("events"), kind + "-whole");
        PythonChecks.copyEvents(broken.resolve("events"), kind + "-broken");
    }

    private static ModelPackage open(Path directory, String kind) {
        return ModelPackage.open(
                directory.resolve("models").toString(),
                kind.equals("heavy") ? ModelKind.HEAVY : ModelKind.LIGHT,
                "1",
                new Configuration());
    }

    /** Waits for some evaluations and a random while, then kills; returns what was printed. */
    private static List<String> breakOff(Process process, int evaluations, SplittableRandom random, Signal signal)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = reader(process)) {
            String line = reader.readLine();
            while (line != null) {
                lines.add(line);
                if (lines.stream().filter(text -> text.startsWith("step ")).count() == evaluations
                        && line.startsWith("step ")) {
                    Thread.sleep(random.nextInt(10 * (int) PAUSE_MILLISECONDS));
                    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                            .start()
                            .waitFor();
                }
                line = reader.readLine();
            }
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), lines::toString);
        assertNotEquals(0, process.exitValue(), lines::toString);
        return lines;
    }

    private static List<String> output(Process process) throws IOException, InterruptedException {
        try (BufferedReader reader = reader(process)) {
            List<String> lines = reader.lines().toList();
            assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
            return lines.stream()
                    .filter(line -> line.startsWith("step") || line.startsWith("resumed"))
                    .toList();
        }
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Process start(String kind, Path directory, long pause) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BreakableTraining.class.getName(),
                kind,
                directory.toString(),
                String.valueOf(pause));
        builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
        return builder.redirectErrorStream(true).start();
    }

    @Test
    void theEventOfAnEvaluationStaysWhenTrainingGoesOnFromItsCheckpoint() throws IOException {
        Path events = folder.resolve("events");
        assertThrows(
                IllegalStateException.class,
                () -> train(
                        params("seed: 17", "seed: 17"),
                        options(TrainingOptions.OtherOrigin.REFUSE, progress -> {
                                    throw new IllegalStateException("broken off at " + progress);
                                })
                                .events(events.toString(), new Configuration())));
        train(
                params("seed: 17", "seed: 17"),
                options(TrainingOptions.OtherOrigin.REFUSE, progress -> {})
                        .events(events.toString(), new Configuration()));
        List<List<Long>> steps = new ArrayList<>();
        try (Stream<Path> files = Files.list(events)) {
            for (Path file : files.sorted().toList()) {
                steps.add(EventFileTest.read(file).stream()
                        .skip(1)
                        .map(Event::getStep)
                        .toList());
            }
        }
        // First of each the step from which on older files are void: 2 would hide the evaluation at 2.
        assertEquals(List.of(List.of(0L, 2L), List.of(3L, 4L)), steps);
    }

    @Test
    void checkpointsOfAnotherTrainingAreRefusedOrLeftAside() {
        Configuration hadoop = new Configuration();
        Path checkpoints = folder.resolve("checkpoints");
        train("step: 17", "seed: 17", TrainingOptions.OtherOrigin.REFUSE, new ArrayList<>());
        PushrankException refusal = assertThrows(
                PushrankException.class,
                () -> train("seed: 17", "seed: 18", TrainingOptions.OtherOrigin.REFUSE, new ArrayList<>()));
        String file = checkpoints.resolve("checkpoint-000000000004").toString();
        assertEquals(
                file + " is of a training with other params: train with those, or name another folder for checkpoints",
                refusal.getMessage());
        List<String> lines = new ArrayList<>();
        train("seed: 17", "seed: 18", TrainingOptions.OtherOrigin.START_ANEW, lines);
        assertEquals(file + " is of a training with other params: starting anew", lines.get(0));
        assertTrue(lines.get(1).startsWith("step 2, epoch 0: "), lines.get(1));

        try (Checkpoints left = new Checkpoints(checkpoints.toString(), hadoop)) {
            left.clear();
        }
        lines.clear();
        train("seed: 17", "seed: 18", TrainingOptions.OtherOrigin.REFUSE, lines);
        assertTrue(lines.get(0).startsWith("step 2, epoch 0: "), lines.get(0));
    }

    @Test
    void givenWeightsAreStartedFrom() {
        // A rate so low that nothing moves: what is exported is what was given.
        LightParams params = LightParams.parse("test", params("learning_rate: 0.001", "learning_rate: 1.0e-20"));
        FeatureShape shape = new FeatureShape(SyntheticExamples.CONTINUOUS, 0);
        float[] given = {0.5f, -2, 3, 4};
        Path export = folder.resolve("export");
        LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(200, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(100, 2, false)),
                params,
                shape,
                "features",
                export,
                TrainingOptions.of(TensorFlowThreads.DEFAULT, progress -> {})
                        .startingFrom(new TrainingStart(0, Map.of("adaptive.bias_2", Weight.of(Shape.of(4), given)))));
        try (SavedVariables saved = new SavedVariables(export)) {
            assertArrayEquals(given, saved.floats("adaptive.bias_2"), 1e-6f);
        }
    }

    private static String params(String key, String replacement) {
        return SampleParams.whole("sample-light")
                .replace("maximum_steps: 5000", "maximum_steps: 4")
                .replace("batch_rows: 256", "batch_rows: 50")
                .replace("evaluate_every_steps: 100", "evaluate_every_steps: 2")
                .replace(key, replacement);
    }

    private void train(String key, String replacement, TrainingOptions.OtherOrigin other, List<String> lines) {
        train(params(key, replacement), options(other, progress -> lines.add(progress.toString())));
    }

    private TrainingOptions options(TrainingOptions.OtherOrigin other, TrainingProgress.Listener listener) {
        return TrainingOptions.of(TensorFlowThreads.DEFAULT, listener)
                .checkpoints(folder.resolve("checkpoints").toString(), 0, other, new Configuration());
    }

    private void train(String params, TrainingOptions options) {
        LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(300, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(100, 2, false)),
                LightParams.parse("test", params),
                new FeatureShape(SyntheticExamples.CONTINUOUS, 0),
                "features",
                folder.resolve("export-" + System.nanoTime()),
                options);
    }
}
