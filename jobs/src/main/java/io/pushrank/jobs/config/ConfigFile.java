package io.pushrank.jobs.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.text.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The settings as a tree: the shipped file, what the user's file lays over it, what {@code --set} lays over both.
 *
 * <p>A key that the shipped file lacks is an error, save below {@code candidates.sources}, where new sources are named.
 */
public final class ConfigFile {
    private static final ObjectMapper YAML = Documents.YAML;
    private static final String SHIPPED = "conf/pushrank.yaml";
    private static final Set<String> OPEN = Set.of("candidates.sources");

    private final ObjectNode tree;

    private ConfigFile(ObjectNode tree) {
        this.tree = tree;
    }

    /** The file that travels in the jar. */
    public static ConfigFile shipped() {
        try {
            return new ConfigFile(asObject(SHIPPED, YAML.readTree(Resources.text(SHIPPED))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(SHIPPED + " is held to be right by a test", e);
        }
    }

    /**
     * Lays a file's text over this one.
     *
     * @param name the file's name, for messages
     */
    public ConfigFile over(String name, String text) {
        try {
            JsonNode upper = YAML.readTree(text);
            ObjectNode merged = tree.deepCopy();
            if (!upper.isMissingNode() && !upper.isNull()) {
                merge(name, "", merged, asObject(name, upper));
            }
            return new ConfigFile(merged);
        } catch (JsonProcessingException e) {
            throw PushrankException.usage(
                    name + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage());
        }
    }

    /** Lays one {@code key=value} over this, the key with dots, the value as YAML. */
    public ConfigFile set(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw PushrankException.usage("--set takes key=value, but was given " + assignment);
        }
        String key = assignment.substring(0, equals);
        // It becomes a line of YAML; a second line would be a second setting.
        if (!key.matches("[A-Za-z0-9_.-]+") || assignment.lines().count() != 1) {
            throw PushrankException.usage("--set takes one key of letters, digits, points, hyphens and underscores, and"
                    + " its value on one line, but was given " + assignment);
        }
        StringBuilder text = new StringBuilder();
        List<String> path = List.of(key.split("\\.", -1));
        for (int depth = 0; depth < path.size(); depth++) {
            text.append("  ".repeat(depth))
                    .append(path.get(depth))
                    .append(':')
                    .append(depth + 1 < path.size() ? "\n" : " ");
        }
        return over(
                "--set " + assignment,
                text.append(assignment.substring(equals + 1)).append('\n').toString());
    }

    /**
     * The checked settings.
     *
     * @throws PushrankException with exit code 2 when a value has the wrong type or is out of its bounds
     */
    public RankingConfig config() {
        try {
            return Documents.bind(YAML, "config", tree, RankingConfig.class);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    /** SHA-256 of the settings in effect: the manifest's config hash. */
    public String digest() {
        return DigestUtils.sha256Hex(tree.toString());
    }

    private static ObjectNode asObject(String name, JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw PushrankException.usage(name + " must hold keys and values, but holds " + node);
    }

    private static void merge(String name, String path, ObjectNode lower, ObjectNode upper) {
        boolean isOpen = OPEN.stream().anyMatch(open -> path.equals(open + ".") || path.startsWith(open + "."));
        upper.properties().forEach(entry -> {
            String key = path + entry.getKey();
            JsonNode below = lower.get(entry.getKey());
            if (below == null && !isOpen) {
                List<String> known = new ArrayList<>();
                lower.fieldNames().forEachRemaining(field -> known.add(path + field));
                throw PushrankException.usage(name + ": unknown key " + key + ", known are " + known);
            }
            if (isOpen && entry.getValue().isNull()) {
                lower.remove(entry.getKey());
            } else if (below instanceof ObjectNode belowObject) {
                if (!(entry.getValue() instanceof ObjectNode above)) {
                    throw PushrankException.usage(
                            name + ": " + key + " must hold keys and values, but is " + entry.getValue());
                }
                merge(name, key + ".", belowObject, above);
            } else {
                lower.set(entry.getKey(), entry.getValue());
            }
        });
    }
}
