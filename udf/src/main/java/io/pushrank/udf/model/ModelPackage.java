package io.pushrank.udf.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * One version of a ranker: {@code <models>/<kind>/<version>/} with a SavedModel, the ordered features.yaml, params.yaml
 * and a manifest of SHA-256 digests. It never changes after it is written; {@code <models>/<kind>/champion} names the
 * version in use.
 *
 * <p>Opening verifies every digest and the SavedModel's signature. A package may be sent to executors, where
 * {@link HeavyModels} and {@link LightModels} load it once a JVM.
 */
public final class ModelPackage implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String SAVED_MODEL = "saved_model.pb";
    private static final String FEATURES = "features.yaml";
    private static final String PARAMS = "params.yaml";
    private static final String MANIFEST = "manifest.json";
    private static final String CHAMPION = "champion";

    private final String directory;
    private final ModelKind kind;
    private final ModelManifest manifest;
    private final String digest;
    private final String featuresYaml;
    private final String paramsYaml;
    private final int hashBits;
    /** Null: uncalibrated. */
    private final Calibration calibration;

    private transient Configuration hadoop;

    private ModelPackage(Path directory, ModelKind kind, String version, ModelStore store, Configuration hadoop) {
        this.directory = directory.toString();
        this.kind = kind;
        this.hadoop = hadoop;
        Path manifestFile = new Path(directory, MANIFEST);
        byte[] manifestBytes = store.read(manifestFile, "a model manifest");
        this.digest = ModelStore.digest(manifestBytes);
        this.manifest = ModelManifest.parse(manifestFile.toString(), manifestBytes);
        if (!manifest.kind().equals(kind.folder()) || !manifest.version().equals(version)) {
            throw new ModelException(
                    manifestFile.toString(), kind + " " + version, manifest.kind() + " " + manifest.version());
        }
        for (String required : List.of(SAVED_MODEL, FEATURES, PARAMS)) {
            if (!manifest.files().containsKey(required)) {
                throw new ModelException(
                        manifestFile.toString(),
                        "an entry for " + required,
                        manifest.files().keySet().toString());
            }
        }
        byte[] savedModel = null;
        String features = null;
        String params = null;
        Calibration found = null;
        for (String name : manifest.files().keySet()) {
            byte[] bytes = readVerified(store, name);
            switch (name) {
                case SAVED_MODEL -> savedModel = bytes;
                case FEATURES -> features = new String(bytes, StandardCharsets.UTF_8);
                case PARAMS -> params = new String(bytes, StandardCharsets.UTF_8);
                case Calibration.FILE -> found = Calibration.parse(new Path(directory, name).toString(), bytes);
                default -> {
                    // Variables: only their digests matter here.
                }
            }
        }
        this.featuresYaml = features;
        this.paramsYaml = params;
        this.calibration = found;
        ModelSignature.require(new Path(directory, SAVED_MODEL).toString(), savedModel, kind, manifest.shape());
        this.hashBits = param("hash_bits").asInt();
        if (hashBits < 1 || hashBits > 30) {
            throw new ModelException(
                    new Path(directory, PARAMS).toString(), "hash_bits from 1 to 30", String.valueOf(hashBits));
        }
    }

    /**
     * The version in use.
     *
     * @throws ModelException when no champion is named or its package is not whole
     */
    public static ModelPackage champion(String modelsDirectory, ModelKind kind, Configuration hadoop) {
        Path file = new Path(new Path(modelsDirectory, kind.folder()), CHAMPION);
        try (ModelStore store = new ModelStore(file, hadoop)) {
            return open(modelsDirectory, kind, versionInUse(store, file), hadoop);
        }
    }

    /**
     * Whether this is still the version in use, its manifest unchanged. Reads two small files, where {@link #champion} reads
     * and digests the whole package.
     *
     * @throws ModelException when no champion is named or this version's manifest is gone
     */
    public boolean isChampion() {
        Path file = new Path(path().getParent(), CHAMPION);
        try (ModelStore store = new ModelStore(file, hadoop)) {
            return versionInUse(store, file).equals(version())
                    && ModelStore.digest(store.read(new Path(path(), MANIFEST), "a model manifest"))
                            .equals(digest);
        }
    }

    private static String versionInUse(ModelStore store, Path file) {
        String expected = "the name of the version in use";
        String version = new String(store.read(file, expected), StandardCharsets.UTF_8).strip();
        if (!isVersion(version)) {
            throw new ModelException(file.toString(), expected, "\"" + version + "\"");
        }
        return version;
    }

    /**
     * One version, verified.
     *
     * @throws ModelException when a file is missing, a digest is wrong or the signature is not the pipeline's
     */
    public static ModelPackage open(String modelsDirectory, ModelKind kind, String version, Configuration hadoop) {
        Path directory = versionDirectory(modelsDirectory, kind, version);
        try (ModelStore store = new ModelStore(directory, hadoop)) {
            return new ModelPackage(directory, kind, version, store, hadoop);
        }
    }

    /**
     * Writes a new version: whole or not at all.
     *
     * @throws ModelException when the version exists already, or the export is not a usable model
     */
    public static ModelPackage write(String modelsDirectory, String version, ModelExport export, Configuration hadoop) {
        Path directory = versionDirectory(modelsDirectory, export.kind(), version);
        Path staging = new Path(directory.getParent(), "." + version + ".staging");
        try (ModelStore store = new ModelStore(directory, hadoop)) {
            if (store.exists(directory)) {
                throw new ModelException(directory.toString(), "a version that does not exist yet", "a folder");
            }
            try {
                stage(store, staging, version, export);
                // Opened before it is published, so that a version that exists can be used.
                new ModelPackage(staging, export.kind(), version, store, hadoop);
            } catch (ModelException failure) {
                store.delete(staging);
                throw failure;
            }
            store.publish(staging, directory);
            return new ModelPackage(directory, export.kind(), version, store, hadoop);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + export.directory(), failure);
        }
    }

    private static void stage(ModelStore store, Path staging, String version, ModelExport export) throws IOException {
        store.delete(staging);
        TreeMap<String, String> digests = new TreeMap<>();
        for (java.nio.file.Path file : regularFiles(export.directory())) {
            String name = export.directory().relativize(file).toString().replace('\\', '/');
            byte[] bytes = Files.readAllBytes(file);
            if (name.equals(SAVED_MODEL)) {
                // Here the message can still name a file that stays.
                ModelSignature.require(file.toString(), bytes, export.kind(), export.shape());
            }
            digests.put(name, ModelStore.digest(bytes));
            store.write(new Path(staging, name), bytes, false);
        }
        ModelManifest manifest = new ModelManifest(
                export.kind().folder(), version, export.shape(), export.seed(), export.metrics(), digests);
        store.write(new Path(staging, MANIFEST), manifest.toBytes(), false);
    }

    /**
     * Makes a version the one in use, after verifying it.
     *
     * @throws ModelException when the version cannot be opened
     */
    public static void crown(String modelsDirectory, ModelKind kind, String version, Configuration hadoop) {
        Path file = new Path(open(modelsDirectory, kind, version, hadoop).path().getParent(), CHAMPION);
        try (ModelStore store = new ModelStore(file, hadoop)) {
            store.write(file, (version + "\n").getBytes(StandardCharsets.UTF_8), true);
        }
    }

    /** Whether a version is in use. */
    public static boolean hasChampion(String modelsDirectory, ModelKind kind, Configuration hadoop) {
        Path file = new Path(new Path(modelsDirectory, kind.folder()), CHAMPION);
        try (ModelStore store = new ModelStore(file, hadoop)) {
            return store.exists(file);
        }
    }

    /** Whether there is such a version, be it whole or not. */
    public static boolean exists(String modelsDirectory, ModelKind kind, String version, Configuration hadoop) {
        Path directory = versionDirectory(modelsDirectory, kind, version);
        try (ModelStore store = new ModelStore(directory, hadoop)) {
            return store.exists(directory);
        }
    }

    public ModelKind kind() {
        return kind;
    }

    public String version() {
        return manifest.version();
    }

    public FeatureShape shape() {
        return manifest.shape();
    }

    public ModelManifest manifest() {
        return manifest;
    }

    /** SHA-256 of manifest.json, which holds the digest of every other file: the identity of the model. */
    public String digest() {
        return digest;
    }

    /** The version's folder, as given to Hadoop. */
    public String directory() {
        return directory;
    }

    /** Text of features.yaml. */
    public String featuresYaml() {
        return featuresYaml;
    }

    /** Text of params.yaml. */
    public String paramsYaml() {
        return paramsYaml;
    }

    /** How the heavy ranker's probabilities are calibrated; empty when they are used as the model gives them. */
    public Optional<Calibration> calibration() {
        return Optional.ofNullable(calibration);
    }

    /** Number of lowest bits of a feature's hash that name its embedding row. */
    public int hashBits() {
        return hashBits;
    }

    /** A top-level value of params.yaml. */
    JsonNode param(String key) {
        JsonNode node = params().get(key);
        if (node == null) {
            throw new ModelException(new Path(path(), PARAMS).toString(), "key " + key, "none");
        }
        return node;
    }

    /** params.yaml. */
    JsonNode params() {
        String file = new Path(path(), PARAMS).toString();
        try {
            return Documents.tree(file, paramsYaml);
        } catch (IllegalArgumentException failure) {
            throw new ModelException(file, "YAML", Documents.withoutFile(file, failure), failure);
        }
    }

    /**
     * The package's files in a folder of this machine, since TensorFlow reads local files only. The folder is named by
     * the digest and shared by every JVM of the machine; what is there is verified before it is used.
     */
    java.nio.file.Path localCopy() {
        java.nio.file.Path root = localRoot();
        java.nio.file.Path target = root.resolve(digest);
        try (ModelStore store = new ModelStore(path(), hadoop)) {
            if (isIntact(target)) {
                return target;
            }
            Files.createDirectories(root);
            java.nio.file.Path staging = Files.createTempDirectory(root, "copy-");
            copyTo(staging, store);
            try {
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
                return target;
            } catch (IOException exists) {
                // Another JVM was first, or what is there is damaged: then this copy serves under its own name.
                if (!isIntact(target)) {
                    return staging;
                }
                PathUtils.deleteDirectory(staging);
                return target;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot copy " + directory + " to " + target, failure);
        }
    }

    /** Copies the package's files, all but the manifest, each verified, to a folder of this machine. */
    public void copyTo(java.nio.file.Path folder) {
        try (ModelStore store = new ModelStore(path(), hadoop)) {
            copyTo(folder, store);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot copy " + directory + " to " + folder, failure);
        }
    }

    private void copyTo(java.nio.file.Path folder, ModelStore store) throws IOException {
        for (String name : manifest.files().keySet()) {
            java.nio.file.Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, readVerified(store, name));
        }
    }

    /**
     * Deletes the machine's copy of the files, made for TensorFlow, if there is one. What is loaded from it stays usable;
     * whoever loads the package again copies it again. Nobody may be loading it meanwhile.
     */
    public void deleteLocalCopy() {
        java.nio.file.Path target = localRoot().resolve(digest);
        // Under another name first, so that nobody meets half of it.
        java.nio.file.Path doomed = localRoot().resolve("deleted-" + UUID.randomUUID());
        try {
            Files.move(target, doomed, StandardCopyOption.ATOMIC_MOVE);
            PathUtils.deleteDirectory(doomed);
        } catch (NoSuchFileException nothingThere) {
            // Never copied, or deleted by another JVM.
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete " + target, failure);
        }
    }

    private static java.nio.file.Path localRoot() {
        return java.nio.file.Path.of(
                System.getProperty("java.io.tmpdir"), "pushrank-models-" + System.getProperty("user.name"));
    }

    private boolean isIntact(java.nio.file.Path copy) throws IOException {
        for (var file : manifest.files().entrySet()) {
            java.nio.file.Path path = copy.resolve(file.getKey());
            if (!Files.isRegularFile(path)
                    || !ModelStore.digest(Files.readAllBytes(path)).equals(file.getValue())) {
                return false;
            }
        }
        return true;
    }

    private byte[] readVerified(ModelStore store, String name) {
        String expected = "SHA-256 " + manifest.files().get(name);
        Path file = new Path(path(), name);
        byte[] bytes = store.read(file, expected);
        String found = "SHA-256 " + ModelStore.digest(bytes);
        if (!found.equals(expected)) {
            throw new ModelException(file.toString(), expected, found);
        }
        return bytes;
    }

    private Path path() {
        return new Path(directory);
    }

    /**
     * Refuses what cannot be a version's name, such as one that leads out of the folder of its kind.
     *
     * @throws IllegalArgumentException saying what a name may be
     */
    public static void requireVersion(String version) {
        if (!isVersion(version)) {
            throw new IllegalArgumentException("model version must be letters, digits, '.', '_' or '-', start with a"
                    + " letter or digit, and be neither \"" + CHAMPION + "\" nor end in \"-evaluations\", but is "
                    + version);
        }
    }

    private static Path versionDirectory(String modelsDirectory, ModelKind kind, String version) {
        requireVersion(version);
        return new Path(new Path(modelsDirectory, kind.folder()), version);
    }

    private static boolean isVersion(String version) {
        return VERSION.matcher(version).matches() && !version.equals(CHAMPION) && !version.endsWith("-evaluations");
    }

    private static List<java.nio.file.Path> regularFiles(java.nio.file.Path directory) throws IOException {
        try (Stream<java.nio.file.Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void writeObject(ObjectOutputStream output) throws IOException {
        output.defaultWriteObject();
        hadoop.write(output);
    }

    private void readObject(ObjectInputStream input) throws IOException, ClassNotFoundException {
        input.defaultReadObject();
        hadoop = new Configuration(false);
        hadoop.readFields(input);
    }
}
