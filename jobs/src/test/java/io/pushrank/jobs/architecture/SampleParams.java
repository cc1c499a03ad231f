package io.pushrank.jobs.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The shipped params files, and small variants of them for tests. */
public final class SampleParams {
    private SampleParams() {}

    public static String text(String name) {
        // Surefire runs in the module's folder.
        Path file = Path.of("..", "conf", "models", name + ".yaml");
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The same with every key, as a package keeps it. */
    public static String whole(String name) {
        return name.endsWith("light")
                ? LightParams.parse(name, text(name)).toYaml()
                : HeavyParams.parse(name, text(name)).toYaml();
    }

    public static HeavyParams heavy(int steps) {
        return HeavyParams.parse(
                "test", text("sample-heavy").replace("maximum_steps: 5000", "maximum_steps: " + steps));
    }

    public static LightParams light(int steps) {
        return LightParams.parse(
                "test", text("sample-light").replace("maximum_steps: 5000", "maximum_steps: " + steps));
    }
}
