package io.pushrank.udf.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;

class ModelPackageTest {
    private final Configuration hadoop = new Configuration();

    @TempDir
    private Path folder;

    private String models;
    private Path version;

    @BeforeEach
    void writeOneVersion() {
        models = folder.resolve("models").toString();
        version = folder.resolve("models/heavy/1");
        ModelPackage.write(models, "1", Signatures.export(folder.resolve("export"), Signatures.heavy()), hadoop);
    }

    @Test
    void whatWasWrittenOpensAsChampion() {
        ModelPackage.crown(models, ModelKind.HEAVY, "1", hadoop);
        ModelPackage model = ModelPackage.champion(models, ModelKind.HEAVY, hadoop);
        assertEquals("1", model.version());
        assertEquals(Signatures.SHAPE, model.shape());
        assertEquals(9, model.hashBits());
        assertEquals("features: []\n", model.featuresYaml());
        assertEquals("hash_bits: 9\n", model.paramsYaml());
        assertEquals(17, model.manifest().seed());
        assertEquals(Map.of("oonc_pr_auc", 0.25), model.manifest().metrics());
        assertEquals(
                new TreeSet<>(List.of("features.yaml", "params.yaml", "saved_model.pb", "variables/variables.index")),
                model.manifest().files().keySet());
    }

    @Test
    void folderHoldsNothingBesideThePackage() throws IOException {
        ModelPackage.crown(models, ModelKind.HEAVY, "1", hadoop);
        try (var files = Files.walk(folder.resolve("models"))) {
            assertEquals(
                    "[heavy, heavy/1, heavy/1/features.yaml, heavy/1/manifest.json, heavy/1/params.yaml,"
                            + " heavy/1/saved_model.pb, heavy/1/variables, heavy/1/variables/variables.index,"
                            + " heavy/champion]",
                    files.map(file -> folder.resolve("models").relativize(file).toString())
                            .filter(name -> !name.isEmpty())
                            .sorted()
                            .toList()
                            .toString());
        }
    }

    @Test
    void aPackageTravelsToExecutors() throws IOException, ClassNotFoundException {
        ModelPackage model = ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
            output.writeObject(model);
        }
        try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            ModelPackage received = (ModelPackage) input.readObject();
            assertEquals(model.digest(), received.digest());
            Path copy = received.localCopy();
            assertEquals("hash_bits: 9\n", Files.readString(copy.resolve("params.yaml"), StandardCharsets.UTF_8));
            assertEquals(copy, model.localCopy());
        }
    }

    @Test
    void aDamagedLocalCopyIsNotUsed() throws IOException {
        ModelPackage model = ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop);
        Path copy = model.localCopy();
        Files.writeString(copy.resolve("params.yaml"), "hash_bits: 8\n", StandardCharsets.UTF_8);
        assertEquals(
                "hash_bits: 9\n", Files.readString(model.localCopy().resolve("params.yaml"), StandardCharsets.UTF_8));
        Files.writeString(copy.resolve("params.yaml"), "hash_bits: 9\n", StandardCharsets.UTF_8);
        assertEquals(copy, model.localCopy());
    }

    @Test
    void anExistingVersionIsNeverWrittenAgain() {
        ModelExport export = Signatures.export(folder.resolve("export"), Signatures.heavy());
        requireRefusal(
                version + ": expected a version that does not exist yet, found a folder",
                () -> ModelPackage.write(models, "1", export, hadoop));
    }

    @Test
    void anUnusableExportLeavesNoVersion() {
        SignatureDef.Builder signature = Signatures.heavy().removeOutputs("score");
        ModelExport export = Signatures.export(folder.resolve("broken"), signature);
        assertThrows(ModelException.class, () -> ModelPackage.write(models, "2", export, hadoop));
        assertFalse(Files.exists(folder.resolve("models/heavy/2")));
        assertFalse(Files.exists(folder.resolve("models/heavy/.2.staging")));
    }

    @Test
    void aMissingChampionIsRefused() {
        requireRefusal(
                folder + "/models/heavy/champion: expected the name of the version in use, found no file",
                () -> ModelPackage.champion(models, ModelKind.HEAVY, hadoop));
        requireRefusal(
                folder + "/models/light/champion: expected the name of the version in use, found no file",
                () -> ModelPackage.champion(models, ModelKind.LIGHT, hadoop));
    }

    @Test
    void aChampionWithoutItsVersionIsRefused() throws IOException {
        Files.writeString(folder.resolve("models/heavy/champion"), "7\n", StandardCharsets.UTF_8);
        requireRefusal(
                folder + "/models/heavy/7/manifest.json: expected a model manifest, found no file",
                () -> ModelPackage.champion(models, ModelKind.HEAVY, hadoop));
    }

    @Test
    void aChangedFileIsRefused() throws IOException {
        String expected = ModelStore.digest("hash_bits: 9\n".getBytes(StandardCharsets.UTF_8));
        String found = ModelStore.digest("hash_bits: 8\n".getBytes(StandardCharsets.UTF_8));
        Files.writeString(version.resolve("params.yaml"), "hash_bits: 8\n", StandardCharsets.UTF_8);
        requireRefusal(
                version + "/params.yaml: expected SHA-256 " + expected + ", found SHA-256 " + found,
                () -> ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop));
    }

    @Test
    void aManifestThatNamesFilesOfOtherFoldersIsRefused() throws IOException {
        ModelManifest written = ModelManifest.parse("manifest", Files.readAllBytes(version.resolve("manifest.json")));
        for (String name : List.of("../2/saved_model.pb", "/etc/passwd", "variables/../../x", "a\\b", ".hidden")) {
            Map<String, String> files = new TreeMap<>(written.files());
            files.put(name, "0".repeat(64));
            Files.write(
                    version.resolve("manifest.json"),
                    new ModelManifest("heavy", "1", written.shape(), 17, written.metrics(), files).toBytes());
            requireRefusal(
                    version + "/manifest.json: expected names of files below the version's folder, found " + name,
                    () -> ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop));
        }
    }

    @Test
    void everyWayToOpenAPackageVerifiesItsDigests() throws IOException {
        ModelPackage opened = ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop);
        ModelPackage.crown(models, ModelKind.HEAVY, "1", hadoop);
        Files.writeString(version.resolve("features.yaml"), "features: [] \n", StandardCharsets.UTF_8);
        String message = version + "/features.yaml: expected SHA-256 "
                + ModelStore.digest("features: []\n".getBytes(StandardCharsets.UTF_8)) + ", found SHA-256 "
                + ModelStore.digest("features: [] \n".getBytes(StandardCharsets.UTF_8));

        requireRefusal(message, () -> ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop));
        requireRefusal(message, () -> ModelPackage.champion(models, ModelKind.HEAVY, hadoop));
        requireRefusal(message, () -> ModelPackage.crown(models, ModelKind.HEAVY, "1", hadoop));
        opened.deleteLocalCopy();
        requireRefusal(message, opened::localCopy);
    }

    @Test
    void aGraphThatDoesMoreThanCalculateIsRefused() throws IOException {
        Path directory =
                Signatures.export(folder.resolve("other"), Signatures.heavy()).directory();
        SavedModel.Builder model =
                SavedModel.parseFrom(Files.readAllBytes(directory.resolve("saved_model.pb"))).toBuilder();
        model.getMetaGraphsBuilder(0)
                .getGraphDefBuilder()
                .getLibraryBuilder()
                .addFunctionBuilder()
                .addNodeDefBuilder()
                .setName("leak")
                .setOp("WriteFile");
        Files.write(directory.resolve("saved_model.pb"), model.build().toByteArray());

        requireRefusal(
                directory
                        + "/saved_model.pb: expected a graph that only calculates, found operation WriteFile in node leak",
                () -> ModelPackage.write(
                        models,
                        "2",
                        new ModelExport(directory, ModelKind.HEAVY, Signatures.SHAPE, 17, Map.of()),
                        hadoop));
    }

    @Test
    void aMissingFileIsRefused() throws IOException {
        Files.delete(version.resolve("variables/variables.index"));
        String expected = ModelStore.digest("index".getBytes(StandardCharsets.UTF_8));
        requireRefusal(
                version + "/variables/variables.index: expected SHA-256 " + expected + ", found no file",
                () -> ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop));
    }

    @Test
    void aMovedVersionIsRefused() throws IOException {
        Files.move(version, version.resolveSibling("2"));
        requireRefusal(
                folder + "/models/heavy/2/manifest.json: expected heavy 2, found heavy 1",
                () -> ModelPackage.open(models, ModelKind.HEAVY, "2", hadoop));
    }

    @Test
    void aVersionNameThatCouldLeaveItsFolderIsRefused() {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> ModelPackage.open(models, ModelKind.HEAVY, "../1", hadoop));
        assertEquals(
                "model version must be letters, digits, '.', '_' or '-', start with a letter or digit, and be neither"
                        + " \"champion\" nor end in \"-evaluations\", but is ../1",
                refusal.getMessage());
    }

    @Test
    void anotherTypeThanThePipelineFeedsIsRefused() {
        requireSignatureRefusal(
                "input continuous float[?,3], found double[?,3]",
                Signatures.heavy().putInputs("continuous", Signatures.tensor(DataType.DT_DOUBLE, -1, 3)));
    }

    @Test
    void anotherRankOrWidthIsRefused() {
        requireSignatureRefusal(
                "output score float[?], found float[?,1]",
                Signatures.heavy().putOutputs("score", Signatures.tensor(DataType.DT_FLOAT, -1, 1)));
        requireSignatureRefusal(
                "input binary float[?,2], found float[?,5]",
                Signatures.heavy().putInputs("binary", Signatures.tensor(DataType.DT_FLOAT, -1, 5)));
    }

    @Test
    void missingAndExtraNamesAreRefused() {
        requireSignatureRefusal(
                "outputs [p_engagement, p_oonc, score], found [p_engagement, p_oonc]",
                Signatures.heavy().removeOutputs("score"));
        requireSignatureRefusal(
                "outputs [p_engagement, p_oonc, score], found [p_engagement, p_oonc, score, x]",
                Signatures.heavy().putOutputs("x", Signatures.tensor(DataType.DT_FLOAT, -1)));
    }

    @Test
    void anotherSignatureIsRefusedOnOpeningEvenWithRightDigests() throws IOException {
        SignatureDef.Builder signature =
                Signatures.heavy().putInputs("sparse_rows", Signatures.tensor(DataType.DT_INT32, -1));
        Path other = Signatures.export(folder.resolve("other"), signature).directory();
        Files.copy(
                other.resolve("saved_model.pb"),
                version.resolve("saved_model.pb"),
                StandardCopyOption.REPLACE_EXISTING);
        ModelManifest written = ModelManifest.parse("manifest", Files.readAllBytes(version.resolve("manifest.json")));
        Map<String, String> files = new TreeMap<>(written.files());
        files.put("saved_model.pb", ModelStore.digest(Files.readAllBytes(version.resolve("saved_model.pb"))));
        Files.write(
                version.resolve("manifest.json"),
                new ModelManifest("heavy", "1", written.shape(), 17, written.metrics(), files).toBytes());
        requireRefusal(
                version + "/saved_model.pb: expected input sparse_rows int64[?], found int32[?]",
                () -> ModelPackage.open(models, ModelKind.HEAVY, "1", hadoop));
    }

    private void requireSignatureRefusal(String message, SignatureDef.Builder signature) {
        ModelExport export = Signatures.export(folder.resolve("other"), signature);
        requireRefusal(
                folder + "/other/saved_model.pb: expected " + message,
                () -> ModelPackage.write(models, "2", export, hadoop));
    }

    private static void requireRefusal(String message, Executable call) {
        assertEquals(message, assertThrows(ModelException.class, call).getMessage());
    }
}
