package io.pushrank.jobs.train;

import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.Calibration;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * A SavedModel that was not made here: a folder of this machine with saved_model.pb, variables, features.yaml and
 * params.yaml, and no manifest that says what its files must be.
 */
public final class ForeignModel {
    private static final String VARIABLES = "variables";

    private ForeignModel() {}

    /**
     * Makes a version of it, with a manifest of what its files are now; it is not put in use.
     *
     * @param isTrusted whether somebody said that this model may be opened
     * @throws ModelException when nobody did, a file is missing, or the graph is not one that the pipeline can feed
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when there is such a version
     */
    public static ModelPackage add(
            Path directory,
            ModelKind kind,
            boolean isTrusted,
            String modelsDirectory,
            String version,
            Configuration hadoop) {
        if (!isTrusted) {
            throw new ModelException(
                    directory.toString(),
                    "a model package with a manifest of digests",
                    "a SavedModel of unknown origin, which is a program: --trust-saved-model opens it all the same");
        }
        NewVersion.require("--model-version", modelsDirectory, kind, version, hadoop);
        try (LocalFolder copy = new LocalFolder()) {
            for (String name : List.of("saved_model.pb", "features.yaml", "params.yaml")) {
                if (!Files.isRegularFile(directory.resolve(name))) {
                    throw new ModelException(directory.resolve(name).toString(), "a file", "none");
                }
                Files.copy(directory.resolve(name), copy.path().resolve(name));
            }
            copyIfThere(directory.resolve(Calibration.FILE), copy.path().resolve(Calibration.FILE));
            Files.createDirectory(copy.path().resolve(VARIABLES));
            try (Stream<Path> files = Files.list(directory.resolve(VARIABLES))) {
                for (Path file : files.toList()) {
                    copyIfThere(
                            file,
                            copy.path()
                                    .resolve(VARIABLES)
                                    .resolve(file.getFileName().toString()));
                }
            }
            FeatureList features = FeatureList.parse(
                    directory.resolve("features.yaml").toString(),
                    Files.readString(copy.path().resolve("features.yaml")));
            FeatureShape shape = kind == ModelKind.HEAVY ? features.heavyShape() : features.lightShape();
            return ModelPackage.write(
                    modelsDirectory, version, new ModelExport(copy.path(), kind, shape, 0, Map.of()), hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void copyIfThere(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from)) {
            Files.copy(from, to);
        }
    }
}
