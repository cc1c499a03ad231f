package io.pushrank.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.text.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings as a tree: the shipped file, what the user's file lays over it, what {@code --set} lays over both.
 *
 * <p>A key that the shipped file lacks is an error, save below {@code candidates.sources} and {@code rules}, where users name their own.
 */
public final class ConfigFile {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);
    /** Below these, users name things of their own. */
    private static final Set<String> OPEN = Set.of("candidates.sources", "rules");

    /** Settings that had another name, with the one that they have now. */
    private static final Map<String, String> RENAMED = Map.of(
            "quality_control.max_age_hours", "rules.too_old.max_age_hours",
            "quality_control.min_reply_actors", "rules.reply.min_actors",
            "quality_control.duplicate_days", "rules.sent_before.duplicate_days");

    private static final String DISABLED_RULES = "disabled_rules";

    private final ConfFolder folder;
    private final ObjectNode tree;

    private ConfigFile(ConfFolder folder, ObjectNode tree) {
        this.folder = folder;
        this.tree = tree;
    }

    /** The settings that travel in the jar. */
    public static ConfigFile shipped() {
        return of(ConfFolder.shipped());
    }

    /** The settings of a folder: each of its files over the one below. */
    public static ConfigFile of(ConfFolder folder) {
        ConfigFile file = new ConfigFile(folder, Documents.YAML.createObjectNode());
        boolean isLowest = true;
        for (ConfFolder.NamedText layer : folder.layers(ConfFolder.SETTINGS)) {
            file = isLowest
                    ? new ConfigFile(folder, asObject(layer.name(), read(layer.name(), layer.text())))
                    : file.over(layer.name(), layer.text());
            isLowest = false;
        }
        return file;
    }

    /** The folder whose settings these are: sources, facts, rules and features lie in it too. */
    public ConfFolder folder() {
        return folder;
    }

    /**
     * The value of a setting as SQL takes it; empty when there is no such setting, or it is no single value.
     *
     * @param path its key with points
     */
    public Optional<Object> find(String path) {
        JsonNode node = tree.at("/" + path.replace('.', '/'));
        if (!node.isValueNode()) {
            return Optional.empty();
        }
        return Optional.of(
                node.isInt()
                        ? (Object) node.intValue()
                        : node.isIntegralNumber()
                                ? (Object) node.longValue()
                                : node.isNumber()
                                        ? (Object) node.doubleValue()
                                        : node.isBoolean() ? (Object) node.booleanValue() : node.asText());
    }

    /** The keys of all settings that have a single value. */
    public List<String> keys() {
        List<String> keys = new ArrayList<>();
        keys("", tree, keys);
        return keys;
    }

    private static void keys(String path, JsonNode node, List<String> keys) {
        node.properties().forEach(entry -> {
            keys(path + entry.getKey() + ".", entry.getValue(), keys);
            if (entry.getValue().isValueNode()) {
                keys.add(path + entry.getKey());
            }
        });
    }

    /** The keys of settings that do not have the same value in another file, or are in one of them only, sorted. */
    public Set<String> differences(ConfigFile other) {
        Map<String, JsonNode> own = new TreeMap<>();
        Map<String, JsonNode> others = new TreeMap<>();
        values("", tree, own);
        values("", other.tree, others);
        Set<String> differences = new TreeSet<>(own.keySet());
        differences.addAll(others.keySet());
        differences.removeIf(key -> own.containsKey(key) && own.get(key).equals(others.get(key)));
        return differences;
    }

    /** What is no object, by its key with points; an object that holds nothing has no keys. */
    private static void values(String path, JsonNode node, Map<String, JsonNode> values) {
        node.properties().forEach(entry -> {
            if (entry.getValue().isObject()) {
                values(path + entry.getKey() + ".", entry.getValue(), values);
            } else {
                values.put(path + entry.getKey(), entry.getValue());
            }
        });
    }

    private static JsonNode read(String name, String text) {
        try {
            return Documents.tree(name, text);
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    /** The same with the names that settings have now. */
    private static ObjectNode renamed(String name, ObjectNode upper) {
        ObjectNode result = upper.deepCopy();
        RENAMED.forEach((before, now) -> {
            int point = before.indexOf('.');
            if (result.get(before.substring(0, point)) instanceof ObjectNode section
                    && section.has(before.substring(point + 1))) {
                LOG.warn("{}: {} is called {} now; the old name is still understood", name, before, now);
                JsonNode value = section.remove(before.substring(point + 1));
                List<String> path = List.of(now.split("\\.", -1));
                result.withObject("/" + path.get(0) + "/" + path.get(1)).set(path.get(2), value);
            }
        });
        JsonNode disabled = result.remove(DISABLED_RULES);
        if (disabled != null) {
            LOG.warn("{}: {} is written rules.NAME: off now; the old way is still understood", name, DISABLED_RULES);
            if (!disabled.isArray()) {
                throw PushrankException.usage("config: " + DISABLED_RULES + " must be a list, but is " + disabled);
            }
            disabled.forEach(rule -> result.withObject("/rules").put(rule.asText(), "off"));
        }
        return result;
    }

    /**
     * Lays a file's text over this one.
     *
     * @param name the file's name, for messages
     */
    public ConfigFile over(String name, String text) {
        JsonNode upper = read(name, text);
        ObjectNode merged = tree.deepCopy();
        if (!upper.isMissingNode() && !upper.isNull()) {
            merge(name, "", merged, renamed(name, asObject(name, upper)));
        }
        return new ConfigFile(folder, merged);
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
            return Documents.bind(Documents.YAML, "config", tree, RankingConfig.class);
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
            } else if (below instanceof ObjectNode belowObject
                    && !(isOpen && entry.getValue().isTextual())) {
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
