package io.pushrank.udf.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The file system that holds a models directory. */
final class ModelStore implements AutoCloseable {
    private final FileSystem files;

    ModelStore(Path path, Configuration configuration) {
        try {
            // Its own instance: the shared one belongs to Spark, and the two settings below would change it.
            files = FileSystem.newInstance(path.toUri(), configuration);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot reach " + path, failure);
        }
        // Packages carry SHA-256 digests; Hadoop's .crc files beside each file would only clutter the folder.
        files.setWriteChecksum(false);
        files.setVerifyChecksum(false);
    }

    boolean exists(Path path) {
        try {
            return files.exists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot look up " + path, failure);
        }
    }

    /** @throws ModelException when the file is missing */
    byte[] read(Path path, String expected) {
        try (FSDataInputStream input = files.open(path)) {
            return input.readAllBytes();
        } catch (FileNotFoundException failure) {
            throw new ModelException(path.toString(), expected, "no file", failure);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + path, failure);
        }
    }

    void write(Path path, byte[] bytes, boolean overwrite) {
        try (OutputStream output = files.create(path, overwrite)) {
            output.write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + path, failure);
        }
    }

    /** Renames a folder; fails rather than replaces. */
    void publish(Path staging, Path target) {
        try {
            if (files.exists(target) || !files.rename(staging, target)) {
                files.delete(staging, true);
                throw new ModelException(target.toString(), "a version that does not exist yet", "a folder");
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot rename " + staging + " to " + target, failure);
        }
    }

    void delete(Path path) {
        try {
            files.delete(path, true);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete " + path, failure);
        }
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String digest(byte[] bytes) {
        return DigestUtils.sha256Hex(bytes);
    }
}
