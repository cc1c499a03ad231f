package io.pushrank.jobs.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

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

    /**
     * Every file below a folder and its folders, by path from the root of the jar, in their order.
     *
     * @param folder such as {@code conf}
     * @param file one that lies there: a jar need not list its folders, but each of its files can be found
     */
    public static List<String> files(String folder, String file) {
        URL url = Resources.class.getClassLoader().getResource(folder + "/" + file);
        try {
            if (url != null && url.openConnection() instanceof JarURLConnection connection) {
                // Not the class loader's own: that one must stay open.
                connection.setUseCaches(false);
                try (JarFile jar = connection.getJarFile()) {
                    return jar.stream()
                            .filter(entry -> !entry.isDirectory())
                            .map(entry -> entry.getName())
                            .filter(name -> name.startsWith(folder + "/"))
                            .sorted()
                            .toList();
                }
            }
            if (url == null) {
                throw new IllegalArgumentException("there is no file " + folder + "/" + file + " in the jar");
            }
            Path root =
                    Path.of(new URI(url.toString().substring(0, url.toString().length() - file.length())));
            try (Stream<Path> files = Files.walk(root)) {
                return files.filter(Files::isRegularFile)
                        .map(path -> folder + "/" + root.relativize(path))
                        .sorted()
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a class loader gives URIs", e);
        }
    }
}
