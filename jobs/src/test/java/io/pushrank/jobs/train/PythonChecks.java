package io.pushrank.jobs.train;

import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder in which tests leave what .ci/python-checks opens outside of Java. */
final class PythonChecks {
    private static final Path FOLDER = Path.of("target", "python-checks");

    private PythonChecks() {}

    static void write(String name, Object value) throws IOException {
        Files.createDirectories(FOLDER);
        Documents.JSON.writeValue(FOLDER.resolve(name).toFile(), value);
    }

    /** A folder for event files, without those of an earlier build. */
    static Path emptyEvents(String name) throws IOException {
        Path directory = FOLDER.resolve("events").resolve(name);
        Files.createDirectories(directory);
        for (Path file : files(directory)) {
            Files.delete(file);
        }
        return directory;
    }

    static void copyEvents(Path from, String name) throws IOException {
        Path directory = emptyEvents(name);
        for (Path file : files(from)) {
            Files.copy(file, directory.resolve(file.getFileName()));
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
