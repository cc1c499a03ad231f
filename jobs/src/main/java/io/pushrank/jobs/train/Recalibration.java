package io.pushrank.jobs.train;

import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Fits the calibration of a heavy ranker that is there, such as an imported or warm-started one, and writes it as a new
 * version: the same files with another calibration.json. See {@link CalibrationFit}.
 */
public final class Recalibration {
    private final String modelsDirectory;
    private final String version;
    private final Configuration hadoop;
    private final TrainingProgress.Listener listener;

    /**
     * @param version name of the new version
     * @throws PushrankException with exit code 2 when there is such a version already, or may be none
     */
    public Recalibration(
            String modelsDirectory, String version, Configuration hadoop, TrainingProgress.Listener listener) {
        NewVersion.require("--calibrate", modelsDirectory, ModelKind.HEAVY, version, hadoop);
        this.modelsDirectory = modelsDirectory;
        this.version = version;
        this.hadoop = hadoop;
        this.listener = listener;
    }

    /**
     * Writes the new version, which is not put in use.
     *
     * @param scored as_of, user_id, the three labels, weight, raw_p_oonc and raw_p_engagement as the model gives them
     * @throws PushrankException with exit code 2 when the model was made with examples of these instants, 3 when they have too
     *     few rows of a class
     */
    public ModelPackage write(ModelPackage model, Dataset<Row> scored) {
        TrainedOn instants = TrainedOn.of(scored);
        Optional<TrainedOn> trained = TrainedOn.of(model);
        trained.ifPresent(range -> range.requireBefore(instants.first(), model));
        Calibration calibration = CalibrationFit.fit(scored, "raw_p_oonc", "raw_p_engagement", listener);
        if (calibration.oonc().equals(Calibration.Curve.IDENTITY)) {
            throw PushrankException.input("examples to calibrate " + model.directory() + " on must have at least "
                    + CalibrationFit.LEAST_OF_A_CLASS
                    + " opened rows and as many others, but have fewer: name another range");
        }
        try (LocalFolder directory = new LocalFolder()) {
            model.copyTo(directory.path());
            Files.writeString(directory.path().resolve(Calibration.FILE), calibration.toJson());
            ModelExport export = new ModelExport(
                    directory.path(),
                    ModelKind.HEAVY,
                    model.shape(),
                    model.manifest().seed(),
                    // Measured before, of other probabilities.
                    Map.of());
            // A package of unknown examples stays one: the range would say less than was learned from.
            ModelPackage written = ModelPackage.write(
                    modelsDirectory,
                    version,
                    trained.map(range -> range.heldOutUntil(instants.last()).addedTo(export))
                            .orElse(export),
                    hadoop);
            keepState(model);
            return written;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The weights are the same, so that a training can go on from the new version, too. */
    private void keepState(ModelPackage model) {
        Storage storage = new Storage(hadoop);
        String from = Training.stateFolder(modelsDirectory, ModelKind.HEAVY, model.version());
        if (storage.exists(from)) {
            String to = Training.stateFolder(modelsDirectory, ModelKind.HEAVY, version);
            storage.delete(to);
            storage.copy(from, to);
        }
    }
}
