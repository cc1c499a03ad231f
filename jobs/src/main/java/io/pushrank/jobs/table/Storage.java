package io.pushrank.jobs.table;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Files and folders of whatever file system Hadoop knows; errors are unchecked. */
public final class Storage {
    private final Configuration hadoop;

    public Storage(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    public boolean exists(String path) {
        return call(path, (system, file) -> system.exists(file));
    }

    /**
     * What lies in a folder.
     *
     * @param bytes length of a file
     * @param changedMillis when a file changed last, in milliseconds since 1970 UTC
     */
    record Entry(String path, String name, boolean isFolder, long bytes, long changedMillis) {
        /** What tells this version of the file from others. */
        String state() {
            return bytes + " " + changedMillis;
        }
    }

    /** Everything in a folder, hidden files too, in the order of the names; nothing when the folder is absent. */
    List<Entry> entries(String path) {
        return list(path).stream()
                .map(status -> new Entry(
                        path + "/" + status.getPath().getName(),
                        status.getPath().getName(),
                        status.isDirectory(),
                        status.getLen(),
                        status.getModificationTime()))
                .sorted(Comparator.comparing(Entry::name))
                .toList();
    }

    /** Names of the folders in a folder, in order; none when the folder is absent. */
    public List<String> folders(String path) {
        return names(path, FileStatus::isDirectory);
    }

    /** Paths of the data files in a folder, in order; marker and hidden files are left out. */
    public List<String> dataFiles(String path) {
        return dataFileLengths(path).keySet().stream()
                .map(name -> path + "/" + name)
                .toList();
    }

    /** Length in bytes of each data file in a folder, by name; none when the folder is absent. */
    public SortedMap<String, Long> dataFileLengths(String path) {
        SortedMap<String, Long> lengths = new TreeMap<>();
        data(path).forEach(status -> lengths.put(status.getPath().getName(), status.getLen()));
        return lengths;
    }

    /** Name, length and time of change of the data files in a folder, in the order of their names: what tells versions apart. */
    public List<String> dataFileStates(String path) {
        return data(path).stream()
                .map(status -> status.getPath().getName() + " " + status.getLen() + " " + status.getModificationTime())
                .sorted()
                .toList();
    }

    /** When a file anywhere in a folder changed last; empty when there is none. Folders have no such time on object stores. */
    public Optional<Instant> lastChange(String path) {
        return list(path).stream()
                .flatMap(status -> status.isDirectory()
                        ? lastChange(path + "/" + status.getPath().getName()).stream()
                        : Stream.of(Instant.ofEpochMilli(status.getModificationTime())))
                .max(Comparator.naturalOrder());
    }

    /** Paths of the files in a folder that changed last before an instant, hidden ones too, each with its length in bytes. */
    public SortedMap<String, Long> filesBefore(String path, Instant instant) {
        SortedMap<String, Long> lengths = new TreeMap<>();
        entries(path).stream()
                .filter(entry -> !entry.isFolder() && entry.changedMillis() < instant.toEpochMilli())
                .forEach(entry -> lengths.put(entry.path(), entry.bytes()));
        return lengths;
    }

    /** Bytes of all that is in a folder; 0 when it is absent. */
    public long bytes(String path) {
        return exists(path)
                ? call(path, (system, file) -> system.getContentSummary(file).getLength())
                : 0;
    }

    private List<FileStatus> data(String path) {
        return list(path).stream()
                .filter(status -> status.isFile()
                        && !status.getPath().getName().startsWith("_")
                        && !status.getPath().getName().startsWith("."))
                .toList();
    }

    /** Names of the files in a folder, in order; none when the folder is absent. */
    public List<String> files(String path) {
        return names(path, FileStatus::isFile);
    }

    /** Paths, within a folder, of all files in it and in its folders, in order; hidden ones are left out. */
    public List<String> filesBelow(String path) {
        List<String> below = new ArrayList<>(files(path));
        folders(path)
                .forEach(folder -> filesBelow(path + "/" + folder).forEach(file -> below.add(folder + "/" + file)));
        below.removeIf(file -> file.startsWith("."));
        below.sort(Comparator.naturalOrder());
        return below;
    }

    /** Everything in a file. */
    public byte[] content(String path) {
        return call(path, (system, file) -> {
            try (FSDataInputStream stream = system.open(file)) {
                return stream.readAllBytes();
            }
        });
    }

    /** A file from one of its bytes on. */
    InputStream open(String path, long offset) {
        return call(path, (system, file) -> {
            FSDataInputStream stream = system.open(file);
            stream.seek(offset);
            return stream;
        });
    }

    public String read(String path) {
        return call(path, (system, file) -> {
            try (FSDataInputStream stream = system.open(file)) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }

    /** Writes a file whole, in place of the one that is there: no reader sees half of it, or none. */
    public void write(String path, String text) {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** As the other. */
    void write(String path, byte[] bytes) {
        call(path, (system, file) -> {
            FileSystem plain = withoutChecksums(system, file);
            Path draft = draft(file);
            create(plain, draft, bytes);
            if (plain instanceof RawLocalFileSystem) {
                // POSIX renames over a file in one step.
                if (!plain.rename(draft, file)) {
                    throw new IOException("cannot be renamed from " + draft);
                }
            } else {
                FileContext.getFileContext(plain.getUri(), hadoop).rename(draft, file, Options.Rename.OVERWRITE);
            }
            return null;
        });
    }

    /** A checksum beside the file would be of what was there before; readers do without where there is none. */
    private static FileSystem withoutChecksums(FileSystem system, Path file) throws IOException {
        if (system instanceof LocalFileSystem local) {
            FileSystem raw = local.getRawFileSystem();
            raw.delete(local.getChecksumFile(file), false);
            return raw;
        }
        return system;
    }

    private static Path draft(Path file) {
        return new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID());
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

    /** Copies a file, or a folder with all that is in it, to a name that nothing has yet. */
    public void copy(String from, String to) {
        call(from, (system, file) -> {
            Path destination = new Path(to);
            FileSystem other = destination.getFileSystem(hadoop);
            other.mkdirs(destination.getParent());
            if (!FileUtil.copy(system, file, other, destination, false, hadoop)) {
                throw new IOException("cannot be copied to " + to);
            }
            return null;
        });
    }

    /** Renames a folder to a name that nothing may have yet: never into a folder of that name, as {@link #rename} would. */
    public void renameToNew(String from, String to) {
        call(from, (system, file) -> {
            Path destination = new Path(to);
            system.mkdirs(destination.getParent());
            if (system instanceof LocalFileSystem local) {
                // Hadoop's looks first and renames then; the kernel does both in one step.
                Files.move(path(local, file), path(local, destination), StandardCopyOption.ATOMIC_MOVE);
            } else {
                FileContext.getFileContext(system.getUri(), hadoop).rename(file, destination);
            }
            return null;
        });
    }

    /**
     * Makes a file that must not be there yet, whole or not at all; of several who try at once, one succeeds.
     *
     * @param text unlike any that another one may write there: where an answer got lost, it tells whose file it is
     * @param isRenameAtomic whether the file system renames in one step, and to no name that is taken; where it does not, it
     *     must show a file only when it is closed, and refuse to close it where there is one by then: object stores do
     * @return false when another one's was there
     */
    public boolean createNew(String path, String text, boolean isRenameAtomic) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return call(path, (system, file) -> {
            system.mkdirs(file.getParent());
            try {
                if (system instanceof LocalFileSystem local) {
                    link(path(local, file), bytes);
                } else if (isRenameAtomic) {
                    Path draft = draft(file);
                    create(system, draft, bytes);
                    FileContext.getFileContext(system.getUri(), hadoop).rename(draft, file);
                } else {
                    create(system, file, bytes);
                }
                return true;
            } catch (IOException e) {
                // Refused, in whatever words the file system has for it; or made, and only the answer got lost.
                if (!system.exists(file)) {
                    throw e;
                }
                return read(path).equals(text);
            }
        });
    }

    private static java.nio.file.Path path(LocalFileSystem local, Path file) {
        return local.pathToFile(file).toPath();
    }

    /** Hadoop's local file system looks first and writes then, so that two could succeed; the kernel's link is one step. */
    private static void link(java.nio.file.Path file, byte[] bytes) throws IOException {
        java.nio.file.Path draft = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel channel = FileChannel.open(draft, CREATE_NEW, WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                // On the disk before it has its name: what a crash left empty would be in every later run's way.
                channel.force(true);
            }
            Files.createLink(file, draft);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void create(FileSystem system, Path file, byte[] bytes) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = system.createFile(file);
        builder.overwrite(false);
        builder.recursive();
        if (system.getUri().getScheme().equals("s3a")) {
            // Without it S3A looks first and writes then; Hadoop before 3.4.2 does not know it, and says so.
            builder.must("fs.option.create.conditional.overwrite", true);
        }
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

    /** Deletes a folder that holds nothing; one that holds something, perhaps only just now, stays. */
    public void deleteIfEmpty(String path) {
        call(path, (system, file) -> {
            try {
                return system.delete(file, false);
            } catch (IOException e) {
                if (!system.exists(file) || system.listStatus(file).length > 0) {
                    return false;
                }
                throw e;
            }
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
