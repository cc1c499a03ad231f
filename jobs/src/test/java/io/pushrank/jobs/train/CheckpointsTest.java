package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class CheckpointsTest {
    private static final Map<String, String> ORIGIN = Map.of("params", "1");

    @TempDir
    private Path folder;

    private Checkpoints checkpoints() {
        return new Checkpoints(folder.toString(), new Configuration());
    }

    private void save(TrainingState state) {
        try (Checkpoints checkpoints = checkpoints()) {
            checkpoints.save(ORIGIN, state);
        }
    }

    private static TrainingState state(long step) {
        Map<String, Weight> weights = Map.of("w", Weight.of(Shape.of(2, 1), new float[] {step, -1.5f}));
        Map<String, Weight> all = Map.of("m", Weight.of(Shape.of(1), new double[] {Math.PI}));
        return new TrainingState(step, 3, 4096, step - 1, 2, 0.25, step - 3, 0.125, 17.5, 9, weights, all);
    }

    @Test
    void whatWasSavedComesBack() throws Exception {
        save(state(7));
        TrainingState found = checkpoints().latest(ORIGIN).orElseThrow().state();
        TrainingState expected = state(7);
        assertEquals(expected.step(), found.step());
        assertEquals(expected.epoch(), found.epoch());
        assertEquals(expected.rowsIntoEpoch(), found.rowsIntoEpoch());
        assertEquals(expected.evaluatedAt(), found.evaluatedAt());
        assertEquals(expected.evaluationsWithoutImprovement(), found.evaluationsWithoutImprovement());
        assertEquals(expected.best(), found.best());
        assertEquals(expected.bestStep(), found.bestStep());
        assertEquals(expected.atStart(), found.atStart());
        assertEquals(expected.lossSum(), found.lossSum());
        assertEquals(expected.lossSteps(), found.lossSteps());
        assertArrayEquals(new float[] {7, -1.5f}, found.bestVariables().get("w").floats());
        assertEquals(Shape.of(2, 1), found.bestVariables().get("w").shape());
        assertEquals(
                expected.variables().get("m").type(), found.variables().get("m").type());
    }

    @Test
    void twoAreKeptAndNothingElseLiesAbout() throws IOException {
        for (int step = 1; step <= 11; step++) {
            checkpoints().save(ORIGIN, state(step));
        }
        assertEquals(List.of("checkpoint-000000000010", "checkpoint-000000000011"), names());
        checkpoints().clear();
        assertEquals(List.of(), names());
    }

    @Test
    void aSecondStateOfAStepReplacesTheFirstAndIsReadWhereAKilledProcessLeftIt() throws Exception {
        save(state(3));
        Path file = folder.resolve("checkpoint-000000000003");
        byte[] first = Files.readAllBytes(file);
        TrainingState second = new TrainingState(3, 3, 4096, 3, 0, 0.5, 3, Double.NaN, 0, 0, Map.of(), Map.of());
        save(second);
        assertEquals(List.of("checkpoint-000000000003"), names());
        assertEquals(0.5, checkpoints().latest(ORIGIN).orElseThrow().state().best());

        // Killed before the first was deleted, and before the second was renamed.
        Path left = folder.resolve("checkpoint-000000000003.new");
        Files.move(file, left);
        Files.write(file, first);
        assertEquals(0.5, checkpoints().latest(ORIGIN).orElseThrow().state().best());
        Files.delete(file);
        assertEquals(0.5, checkpoints().latest(ORIGIN).orElseThrow().state().best());

        save(second);
        assertEquals(List.of("checkpoint-000000000003"), names());
        save(state(4));
        assertEquals(List.of("checkpoint-000000000003", "checkpoint-000000000004"), names());
    }

    @Test
    void whatIsDamagedIsPassedOver() throws Exception {
        checkpoints().save(ORIGIN, state(1));
        checkpoints().save(ORIGIN, state(2));
        Path newest = folder.resolve("checkpoint-000000000002");
        byte[] bytes = Files.readAllBytes(newest);
        for (int length = 0; length < bytes.length; length += 5) {
            Files.write(newest, Arrays.copyOf(bytes, length));
            assertEquals(1, checkpoints().latest(ORIGIN).orElseThrow().state().step(), "cut to " + length);
        }
        // Any bit behind the origin, which is compared before the digest can be.
        for (int place = bytes.length - 1; place > 60; place -= 7) {
            byte[] flipped = bytes.clone();
            flipped[place] ^= 4;
            Files.write(newest, flipped);
            assertEquals(1, checkpoints().latest(ORIGIN).orElseThrow().state().step(), "flipped at " + place);
        }
        Files.write(newest, bytes);
        assertEquals(2, checkpoints().latest(ORIGIN).orElseThrow().state().step());
    }

    @Test
    void anEmptyOrAbsentFolderHasNone() throws Exception {
        assertTrue(checkpoints().latest(ORIGIN).isEmpty());
        assertTrue(new Checkpoints(folder + "/absent", new Configuration())
                .latest(ORIGIN)
                .isEmpty());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
