package io.pushrank.udf.model;

import io.pushrank.udf.text.Documents;
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

    public ModelManifest {
        // Sorted, so that the file's bytes do not depend on the order in which things were found.
        metrics = new TreeMap<>(metrics);
        files = new TreeMap<>(files);
    }

    byte[] toBytes() {
        return Documents.toJson(this).getBytes(StandardCharsets.UTF_8);
    }

    static ModelManifest parse(String file, byte[] bytes) {
        ModelManifest manifest;
        try {
            manifest = Documents.json(file, new String(bytes, StandardCharsets.UTF_8), ModelManifest.class);
        } catch (IllegalArgumentException failure) {
            throw new ModelException(file, "a model manifest", Documents.withoutFile(file, failure), failure);
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
