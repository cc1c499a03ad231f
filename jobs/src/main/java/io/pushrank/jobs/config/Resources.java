package io.pushrank.jobs.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files that travel in the jar. */
public final class Resources {
    private Resources() {}

    public static boolean exists(String path) {
        return Resources.class.getClassLoader().getResource(path) != null;
    }

    /**
     * Text of a file.
     *
     * @throws IllegalArgumentException when there is no such file
     */
    public static String text(String path) {
        try (InputStream stream = Resources.class.getClassLoader().getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalArgumentException("there is no file " + path + " in the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
        }
    }
}
