package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Weight;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder with a training's last states, {@code checkpoint-<step>}: each is written whole under another name first and ends
 * in its SHA-256, so that a process may be killed at any instant. The two newest are kept. A second state of the same step
 * is {@code checkpoint-<step>.new} until the first is deleted, so that one of them is there at every instant.
 */
final class Checkpoints implements AutoCloseable {
    private static final String MAGIC = "pushrank training checkpoint 2";
    private static final String PREFIX = "checkpoint-";
    private static final String DRAFT = ".draft";
    private static final String NEW = ".new";
    private static final int KEPT = 2;
    private static final int BUFFER = 1 << 20;

    private final FileSystem files;
    private final Path folder;

    Checkpoints(String directory, Configuration hadoop) {
        folder = new Path(directory);
        try {
            // Its own instance: the shared one belongs to Spark, which closes it when the JVM is told to end.
            files = FileSystem.newInstance(folder.toUri(), hadoop);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot reach " + directory, failure);
        }
        // Each file carries its own digest.
        files.setWriteChecksum(false);
        files.setVerifyChecksum(false);
    }

    /**
     * Writes a state.
     *
     * @param origin digests of what the state was reached from, by name
     */
    void save(Map<String, String> origin, TrainingState state) {
        Path file = new Path(folder, PREFIX + String.format("%012d", state.step()));
        Path draft = new Path(folder, DRAFT);
        MessageDigest digest = DigestUtils.getSha256Digest();
        try {
            try (DataOutputStream output = new DataOutputStream(
                    new BufferedOutputStream(new DigestOutputStream(files.create(draft, true), digest), BUFFER))) {
                write(output, origin, state);
                output.flush();
                output.write(digest.digest());
            }
            settle();
            // A state of the same step may be there already, from before an evaluation.
            rename(draft, files.exists(file) ? file.suffix(NEW) : file);
            settle();
            List<Path> all = newestFirst();
            for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
                files.delete(old, false);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write checkpoint " + file, failure);
        }
    }

    /** Puts each second state of a step, which a process that was killed may leave, in the place of the first. */
    private void settle() throws IOException {
        for (Path second : newestFirst()) {
            String name = second.getName();
            if (name.endsWith(NEW)) {
                Path file = new Path(folder, name.substring(0, name.length() - NEW.length()));
                files.delete(file, false);
                rename(second, file);
            }
        }
    }

    private void rename(Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("cannot rename " + from + " to " + to);
        }
    }

    /** A state and the file that it came from. */
    record Saved(String file, TrainingState state) {}

    /**
     * The newest whole state of the same origin.
     *
     * @return empty when there is no whole checkpoint
     * @throws OriginException when there is one, but of another origin
     */
    Optional<Saved> latest(Map<String, String> origin) throws OriginException {
        try {
            for (Path file : newestFirst()) {
                Optional<TrainingState> state = read(file, origin);
                if (state.isPresent()) {
                    return Optional.of(new Saved(file.toString(), state.get()));
                }
            }
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the checkpoints in " + folder, failure);
        }
    }

    /** Whether there is a checkpoint, whole or not. */
    boolean isEmpty() {
        try {
            return newestFirst().isEmpty();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the checkpoints in " + folder, failure);
        }
    }

    /** Deletes every checkpoint, and nothing else of the folder. */
    void clear() {
        try {
            for (Path file : newestFirst()) {
                files.delete(file, false);
            }
            files.delete(new Path(folder, DRAFT), false);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete the checkpoints in " + folder, failure);
        }
    }

    private List<Path> newestFirst() throws IOException {
        try {
            return Arrays.stream(files.listStatus(folder))
                    .map(status -> status.getPath().getName())
                    .filter(name -> name.startsWith(PREFIX))
                    .map(name -> new Path(folder, name))
                    .sorted((one, other) -> other.getName().compareTo(one.getName()))
                    .toList();
        } catch (FileNotFoundException absent) {
            return List.of();
        }
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot leave " + folder, failure);
        }
    }

    /** Thrown when a checkpoint belongs to another training. */
    static final class OriginException extends Exception {
        private static final long serialVersionUID = 1L;

        OriginException(Path file, List<String> differing) {
            super(file + " is of a training with other " + String.join(", other ", differing));
        }
    }

    private static void write(DataOutputStream output, Map<String, String> origin, TrainingState state)
            throws IOException {
        output.writeUTF(MAGIC);
        output.writeInt(origin.size());
        for (Map.Entry<String, String> part : origin.entrySet()) {
            output.writeUTF(part.getKey());
            output.writeUTF(part.getValue());
        }
        output.writeLong(state.step());
        output.writeInt(state.epoch());
        output.writeLong(state.rowsIntoEpoch());
        output.writeLong(state.evaluatedAt());
        output.writeInt(state.evaluationsWithoutImprovement());
        output.writeDouble(state.best());
        output.writeLong(state.bestStep());
        output.writeDouble(state.atStart());
        output.writeDouble(state.lossSum());
        output.writeLong(state.lossSteps());
        write(output, state.bestVariables());
        write(output, state.variables());
    }

    private static void write(DataOutputStream output, Map<String, Weight> weights) throws IOException {
        output.writeInt(weights.size());
        for (Map.Entry<String, Weight> weight : weights.entrySet()) {
            output.writeUTF(weight.getKey());
            weight.getValue().write(output);
        }
    }

    /** Empty when the file is not whole, as a machine that lost its power may leave it. */
    private Optional<TrainingState> read(Path file, Map<String, String> origin) throws IOException, OriginException {
        MessageDigest digest = DigestUtils.getSha256Digest();
        try (DigestInputStream digesting =
                        new DigestInputStream(new BufferedInputStream(files.open(file), BUFFER), digest);
                DataInputStream input = new DataInputStream(digesting)) {
            if (!input.readUTF().equals(MAGIC)) {
                return Optional.empty();
            }
            Map<String, String> found = new LinkedHashMap<>();
            int parts = input.readInt();
            for (int part = 0; part < parts; part++) {
                found.put(input.readUTF(), input.readUTF());
            }
            List<String> differing = new ArrayList<>();
            origin.forEach((name, expected) -> {
                if (!expected.equals(found.get(name))) {
                    differing.add(name);
                }
            });
            if (!differing.isEmpty()) {
                throw new OriginException(file, differing);
            }
            TrainingState state = new TrainingState(
                    input.readLong(),
                    input.readInt(),
                    input.readLong(),
                    input.readLong(),
                    input.readInt(),
                    input.readDouble(),
                    input.readLong(),
                    input.readDouble(),
                    input.readDouble(),
                    input.readLong(),
                    readWeights(input),
                    readWeights(input));
            byte[] expected = digest.digest();
            digesting.on(false);
            return Arrays.equals(expected, input.readNBytes(expected.length)) && input.read() < 0
                    ? Optional.of(state)
                    : Optional.empty();
        } catch (EOFException | UTFDataFormatException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static Map<String, Weight> readWeights(DataInputStream input) throws IOException {
        int count = input.readInt();
        Map<String, Weight> weights = new LinkedHashMap<>();
        for (int index = 0; index < count; index++) {
            String name = input.readUTF();
            weights.put(name, Weight.read(input));
        }
        return weights;
    }
}
