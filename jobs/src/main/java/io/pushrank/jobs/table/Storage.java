package io.pushrank.jobs.table;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files and folders of whatever file system Hadoop knows; errors are unchecked. */
public final class Storage {
    private final Configuration hadoop;

    public Storage(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    public boolean exists(String path) {
        return call(path, (system, file) -> system.exists(file));
    }

    /** Names of the folders in a folder, in order; none when the folder is absent. */
    public List<String> folders(String path) {
        return names(path, FileStatus::isDirectory);
    }

    /** Paths of the data files in a folder, in order; marker and hidden files are left out. */
    public List<String> dataFiles(String path) {
        return names(path, FileStatus::isFile).stream()
                .filter(name -> !name.startsWith("_") && !name.startsWith("."))
                .map(name -> path + "/" + name)
                .toList();
    }

    /** Names of the files in a folder, in order; none when the folder is absent. */
    public List<String> files(String path) {
        return names(path, FileStatus::isFile);
    }

    public String read(String path) {
        return call(path, (system, file) -> {
            try (FSDataInputStream stream = system.open(file)) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }

    /** Writes a file whole: under another name first, so that no reader sees half of it. */
    public void write(String path, String text) {
        String draft = path.substring(0, path.lastIndexOf('/') + 1) + "." + path.substring(path.lastIndexOf('/') + 1);
        call(draft, (system, file) -> {
            try (FSDataOutputStream stream = system.create(file, true)) {
                stream.write(text.getBytes(StandardCharsets.UTF_8));
            }
            return null;
        });
        delete(path);
        rename(draft, path);
    }

    public void rename(String from, String to) {
        call(from, (system, file) -> {
            Path destination = new Path(to);
            system.mkdirs(destination.getParent());
            if (!system.rename(file, destination)) {
                throw new IOException("cannot be renamed to " + to);
            }
            return null;
        });
    }

    public void createFolder(String path) {
        call(path, (system, file) -> {
            if (!system.mkdirs(file)) {
                throw new IOException("the folder cannot be made");
            }
            return null;
        });
    }

    /** Deletes a file, or a folder with all that is in it; nothing happens when it is absent. */
    public void delete(String path) {
        call(path, (system, file) -> system.delete(file, true));
    }

    private List<String> names(String path, Predicate<FileStatus> wanted) {
        return call(path, (system, file) -> {
            try {
                List<String> names = new ArrayList<>();
                Arrays.stream(system.listStatus(file))
                        .filter(wanted)
                        .map(status -> status.getPath().getName())
                        .forEach(names::add);
                names.sort(Comparator.naturalOrder());
                return names;
            } catch (FileNotFoundException absent) {
                return List.of();
            }
        });
    }

    private <T> T call(String path, Action<T> action) {
        try {
            Path file = new Path(path);
            return action.on(file.getFileSystem(hadoop), file);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
        }
    }

    private interface Action<T> {
        T on(FileSystem system, Path file) throws IOException;
    }
}
