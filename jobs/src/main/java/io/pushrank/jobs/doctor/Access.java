package io.pushrank.jobs.doctor;

import io.pushrank.jobs.run.Failure;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a run reaches for on every machine: the input, the heavy ranker, the output.
 *
 * @param hadoop the file systems' configuration
 * @param inputFile a file of the input; null when the driver found none
 * @param model the heavy ranker in use; null when the driver could not open it
 * @param threads TensorFlow's, as the run has them
 * @param scratch a folder below the output, made for this examination; null when the driver could not make it
 */
record Access(
        SerializableConfiguration hadoop,
        String inputFile,
        ModelPackage model,
        TensorFlowThreads threads,
        String scratch)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A path that cannot be used, and why. */
    record Trouble(String what, String message) {}

    /**
     * How far one JVM came.
     *
     * @param tried what it reached for
     * @param troubles what of it cannot be used
     */
    record Reach(List<String> tried, List<Trouble> troubles) {}

    /** Name of the driver's file in the scratch folder. */
    static final String DRIVER = "driver";

    /** Tries everything from here. */
    Reach reach(String where, boolean hasTensorFlow) {
        List<String> tried = new ArrayList<>();
        Storage storage = new Storage(hadoop.value());
        List<Trouble> troubles = new ArrayList<>();
        if (inputFile != null) {
            tried.add("input");
            attempt("input", troubles, this::readInput);
        }
        if (model != null && hasTensorFlow) {
            tried.add("heavy ranker");
            attempt("heavy ranker", troubles, () -> HeavyModels.get(model, threads));
        }
        if (scratch != null) {
            tried.add("output");
            String own = scratch + "/" + where.replace(' ', '-');
            attempt("output", troubles, () -> storage.write(own, where));
            attempt("output", troubles, () -> storage.read(scratch + "/" + DRIVER));
        }
        return new Reach(tried, troubles);
    }

    private void readInput() {
        Path file = new Path(inputFile);
        try (FSDataInputStream stream = file.getFileSystem(hadoop.value()).open(file)) {
            if (stream.read() < 0) {
                throw new IOException("the file is empty");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(inputFile + ": " + e.getMessage(), e);
        }
    }

    static void attempt(String what, List<Trouble> troubles, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError failure) {
            troubles.add(new Trouble(what, Failure.of(failure).message()));
        }
    }
}
