package io.pushrank.jobs.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The truth is for those who judge what was sent, never for those who decide it. */
class OutOfReachTest {
    private static final Path SOURCES = Path.of("src/main/java/io/pushrank/jobs");
    private static final Set<String> JUDGES = Set.of("world", "simulate", "evaluate", "command", "bench");

    @Test
    void nothingThatDecidesAboutSendsKnowsTheWorld() throws IOException {
        try (Stream<Path> packages = Files.list(SOURCES)) {
            List<Path> deciding = packages.filter(Files::isDirectory)
                    .filter(folder -> !JUDGES.contains(folder.getFileName().toString()))
                    .toList();
            assertTrue(deciding.size() > 10, () -> "packages " + deciding);
            assertEquals(
                    List.of(),
                    deciding.stream()
                            .flatMap(OutOfReachTest::files)
                            .filter(file -> text(file).contains("io.pushrank.jobs.world"))
                            .toList());
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
