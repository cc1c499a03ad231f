package io.pushrank.jobs.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.file.PathUtils;

/** A temporary folder of this machine, for what TensorFlow writes: gone with everything in it once closed. */
final class LocalFolder implements AutoCloseable {
    private final Path path;

    LocalFolder() {
        try {
            path = Files.createTempDirectory("pushrank-training");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            PathUtils.deleteDirectory(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
