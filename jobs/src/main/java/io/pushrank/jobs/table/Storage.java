package io.pushrank.jobs.table;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
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
        return dataFileNames(path).stream().map(name -> path + "/" + name).toList();
    }

    /** Names of the data files in a folder, in order; none when the folder is absent. */
    public List<String> dataFileNames(String path) {
        return names(path, status -> status.isFile() && isData(status));
    }

    /** Name, length and time of change of the data files in a folder, in the order of their names: what tells versions apart. */
    public List<String> dataFileStates(String path) {
        return list(path).stream()
                .filter(status -> status.isFile() && isData(status))
                .map(status -> status.getPath().getName() + " " + status.getLen() + " " + status.getModificationTime())
                .sorted()
                .toList();
    }

    /** When something directly in a folder changed last; the epoch when it is absent. */
    public Instant lastChange(String path) {
        return list(path).stream()
                .map(status -> Instant.ofEpochMilli(status.getModificationTime()))
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    /** Bytes of all that is in a folder; 0 when it is absent. */
    public long bytes(String path) {
        return exists(path)
                ? call(path, (system, file) -> system.getContentSummary(file).getLength())
                : 0;
    }

    private static boolean isData(FileStatus status) {
        String name = status.getPath().getName();
        return !name.startsWith("_") && !name.startsWith(".");
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

    /** Renames a folder to a name that nothing may have yet: never into a folder of that name, as {@link #rename} would. */
    public void renameToNew(String from, String to) {
        call(from, (system, file) -> {
            Path destination = new Path(to);
            system.mkdirs(destination.getParent());
            FileContext.getFileContext(system.getUri(), hadoop).rename(file, destination);
            return null;
        });
    }

    /**
     * Makes a file that must not be there yet, whole or not at all; of several who try at once, one succeeds.
     *
     * @param isRenameAtomic whether the file system renames in one step, and to no name that is taken; where it does not, it
     *     must show a file only when it is closed, and refuse to close it where there is one by then: object stores do
     * @return false when it was there
     */
    public boolean createNew(String path, String text, boolean isRenameAtomic) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return call(path, (system, file) -> {
            system.mkdirs(file.getParent());
            try {
                if (system instanceof LocalFileSystem local) {
                    link(local.pathToFile(file).toPath(), bytes);
                } else if (isRenameAtomic) {
                    String draft = file.getParent() + "/." + file.getName() + "." + UUID.randomUUID();
                    create(system, new Path(draft), bytes);
                    renameToNew(draft, path);
                } else {
                    create(system, file, bytes);
                }
                return true;
            } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
                return false;
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof FileAlreadyExistsException) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Hadoop's local file system looks first and writes then, so that two could succeed; the kernel's link is one step. */
    private static void link(java.nio.file.Path file, byte[] bytes) throws IOException {
        java.nio.file.Path draft = Files.createTempFile(file.getParent(), ".", ".draft");
        try {
            Files.write(draft, bytes);
            Files.createLink(file, draft);
        } finally {
            Files.delete(draft);
        }
    }

    private static void create(FileSystem system, Path file, byte[] bytes) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = system.createFile(file);
        builder.overwrite(false);
        builder.opt("fs.option.create.conditional.overwrite", true);
        try (FSDataOutputStream stream = builder.build()) {
            stream.write(bytes);
        }
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
        return list(path).stream()
                .filter(wanted)
                .map(status -> status.getPath().getName())
                .sorted()
                .toList();
    }

    private List<FileStatus> list(String path) {
        return call(path, (system, file) -> {
            try {
                return List.of(system.listStatus(file));
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
