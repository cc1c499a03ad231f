package io.pushrank.udf.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a version's manifest.json says. It carries no clock and no machine name: the same training gives the same bytes.
 *
 * @param kind which ranker
 * @param version the version's folder name
 * @param shape widths of the dense inputs
 * @param seed the seed that the training started from
 * @param metrics evaluation metrics by name
 * @param files SHA-256, in lower-case hexadecimal, of every other file by its path below the version's folder
 */
public record ModelManifest(
        String kind,
        String version,
        FeatureShape shape,
        long seed,
        Map<String, Double> metrics,
        Map<String, String> files)
        implements Serializable {
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public ModelManifest {
        // Sorted, so that the file's bytes do not depend on the order in which things were found.
        metrics = new TreeMap<>(metrics);
        files = new TreeMap<>(files);
    }

    byte[] toBytes() {
        try {
            return (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static ModelManifest parse(String file, byte[] bytes) {
        ModelManifest manifest;
        try {
            manifest = JSON.readValue(bytes, ModelManifest.class);
        } catch (IOException | RuntimeException failure) {
            throw new ModelException(file, "a model manifest", "bytes that are not one", failure);
        }
        if (manifest == null || manifest.kind == null || manifest.version == null || manifest.shape == null) {
            throw new ModelException(file, "kind, version and shape", "a manifest that lacks one of them");
        }
        for (String name : manifest.files.keySet()) {
            // They become paths below the version's folder and below a folder of this machine.
            if (!FILE.matcher(name).matches()) {
                throw new ModelException(file, "names of files below the version's folder", name);
            }
        }
        return manifest;
    }
}
