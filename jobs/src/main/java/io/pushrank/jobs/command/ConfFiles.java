package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.spark.SparkFiles;

/** Reads what {@code --conf} names: a folder, or a zip of one, at a path or sent along by spark-submit. */
final class ConfFiles {
    private static final String ZIP = ".zip";

    private ConfFiles() {}

    /**
     * The shipped files with those of a folder over them.
     *
     * @param location path of a folder or zip; a bare name is first looked for among the files that spark-submit sent along
     *     ({@code --files conf.zip}, {@code --archives conf.zip#conf})
     * @throws PushrankException with exit code 2 when it cannot be read
     */
    static ConfFolder over(Storage storage, String location) {
        String sent = "file:" + SparkFiles.get(location);
        String found = !location.contains("/") && storage.exists(sent) ? sent : location;
        if (!storage.exists(found)) {
            throw PushrankException.usage("--conf must be a folder or a zip of one, but there is none: " + location);
        }
        try {
            Map<String, String> files = location.endsWith(ZIP) ? zip(storage.content(found)) : folder(storage, found);
            return ConfFolder.shipped().over(location, files);
        } catch (UncheckedIOException e) {
            throw PushrankException.usage("--conf " + location + " cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, String> folder(Storage storage, String folder) {
        Map<String, String> files = new TreeMap<>();
        storage.filesBelow(folder).stream()
                .filter(ConfFiles::isText)
                .forEach(path -> files.put(path, storage.read(folder + "/" + path)));
        return files;
    }

    /** Whether its files lie at its root or in one folder. */
    private static Map<String, String> zip(byte[] bytes) {
        Map<String, String> files = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String path = entry.getName();
                String inner = path.substring(path.indexOf('/') + 1);
                if (!entry.isDirectory() && isText(path)) {
                    files.put(
                            ConfFolder.isRead(path) || !ConfFolder.isRead(inner) ? path : inner,
                            new String(zip.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static boolean isText(String path) {
        return path.endsWith(".sql") || path.endsWith(".yaml");
    }
}
