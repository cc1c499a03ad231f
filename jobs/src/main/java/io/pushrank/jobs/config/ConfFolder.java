package io.pushrank.jobs.config;

import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The files of {@code conf/}: those that travel in the jar, and above them those of a folder that a user lays over.
 *
 * <p>An SQL file of the upper folder replaces the lower one of the same name, and a new name is one more. Of a YAML file the
 * entries do so: a setting, a rule or a feature of the same name is replaced, a new one added.
 */
public final class ConfFolder {
    /** Settings. */
    public static final String SETTINGS = "pushrank.yaml";
    /** Rules. */
    public static final String RULES = "rules.yaml";
    /** Features of both rankers. */
    public static final String FEATURES = "features.yaml";
    /** Features of the two towers of retrieval. */
    public static final String TOWERS = "towers.yaml";
    /** Folders of SQL files, one for each source, family of facts, view and tile. */
    public static final String SOURCES = "sources";

    public static final String FACTS = "facts";
    public static final String VIEWS = "views";
    public static final String TILES = "tiles";

    private static final String CONF = "conf";
    private static final String SQL = ".sql";
    private static final List<String> FILES = List.of(SETTINGS, RULES, FEATURES, TOWERS);
    private static final List<String> FOLDERS = List.of(SOURCES, FACTS, VIEWS, TILES);

    private final List<Layer> layers;

    /**
     * The files of one folder.
     *
     * @param name of the folder, for messages
     * @param files texts by path in the folder
     */
    private record Layer(String name, Map<String, String> files) {}

    /**
     * A file's text.
     *
     * @param name as messages call it
     */
    public record NamedText(String name, String text) {}

    private ConfFolder(List<Layer> layers) {
        this.layers = List.copyOf(layers);
    }

    /** What travels in the jar. */
    public static ConfFolder shipped() {
        Map<String, String> files = new TreeMap<>();
        for (String path : Resources.files(CONF, SETTINGS)) {
            String name = path.substring(CONF.length() + 1);
            if (FILES.contains(name) || name.endsWith(SQL)) {
                files.put(name, Resources.text(path));
            }
        }
        return new ConfFolder(List.of(new Layer(CONF, files)));
    }

    /** Whether a file at a path in a folder is one that the pipeline reads. */
    public static boolean isRead(String path) {
        return FILES.contains(path) || FOLDERS.stream().anyMatch(folder -> path.matches(folder + "/[^/]+\\.sql"));
    }

    /**
     * Lays the files of a folder over these.
     *
     * @param name of the folder, for messages
     * @param files texts of all SQL and YAML files that lie in it, by path
     * @throws PushrankException with exit code 2 for an SQL or YAML file at a place where none is read, or none at all
     */
    public ConfFolder over(String name, Map<String, String> files) {
        Map<String, String> read = new TreeMap<>(files);
        read.keySet().removeIf(path -> !isRead(path));
        for (String path : files.keySet()) {
            // Other YAML files, such as those of schedulers and models, are read by others.
            if (!isRead(path) && (path.endsWith(SQL) || isMistyped(path))) {
                throw PushrankException.usage(name + "/" + path + ": files of --conf must be " + places() + ", but is "
                        + path + "; the nearest are " + Nearest.to(path, candidates(path)));
            }
        }
        if (read.isEmpty()) {
            throw PushrankException.usage("--conf " + name + " must hold " + places() + ", but holds none of them");
        }
        List<Layer> all = new ArrayList<>(layers);
        // Whoever names a folder conf means another one than the jar's.
        all.add(new Layer(name.equals(CONF) ? "./" + name : name, read));
        return new ConfFolder(all);
    }

    /** Whether a file at the root is probably meant to be one that is read. */
    private static boolean isMistyped(String path) {
        UTF8String name = UTF8String.fromString(path);
        return FILES.stream().anyMatch(file -> UTF8String.fromString(file).levenshteinDistance(name) <= 3);
    }

    private static List<String> candidates(String path) {
        List<String> candidates = new ArrayList<>(FILES);
        String file = path.substring(path.lastIndexOf('/') + 1);
        FOLDERS.forEach(folder -> candidates.add(folder + "/" + file));
        return candidates;
    }

    private static String places() {
        return String.join(", ", FILES) + " or an SQL file in " + String.join("/, ", FOLDERS) + "/";
    }

    /** The texts of a YAML file, the lowest first. */
    public List<NamedText> layers(String path) {
        return layers.stream()
                .filter(layer -> layer.files().containsKey(path))
                .map(layer ->
                        new NamedText(layer.name() + "/" + path, layer.files().get(path)))
                .toList();
    }

    /** The SQL files of a folder by their names without the ending. */
    public Map<String, NamedText> sql(String folder) {
        Map<String, NamedText> files = new TreeMap<>();
        for (Layer layer : layers) {
            layer.files().forEach((path, text) -> {
                if (path.startsWith(folder + "/")) {
                    String name = path.substring(folder.length() + 1, path.length() - SQL.length());
                    files.put(name, new NamedText(layer.name() + "/" + path, text));
                }
            });
        }
        return files;
    }

    /** SHA-256 of each file that is in effect, by name; the YAML files of every layer, since their entries add up. */
    public Map<String, String> digests() {
        Map<String, String> digests = new TreeMap<>();
        for (String file : FILES) {
            layers(file).forEach(text -> digests.put(text.name(), DigestUtils.sha256Hex(text.text())));
        }
        for (String folder : FOLDERS) {
            sql(folder).values().forEach(text -> digests.put(text.name(), DigestUtils.sha256Hex(text.text())));
        }
        return digests;
    }
}
