package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.jobs.config.Resources;
import io.pushrank.udf.text.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Params as records.
 *
 * <p>A params file says what differs from the shipped heavy.yaml or light.yaml, which have every key: maps are laid over theirs key
 * by key, lists and values replace. What a package keeps is whole, so that later defaults do not change it.
 *
 * <p>Key {@code model} of the heavy ranker names one of the {@link Architecture}s; a section of that name, and no other
 * architecture's, holds what only this one needs. Where it is not heavy.yaml's, the section is laid over that of the shipped file of
 * its name.
 */
final class ParamsYaml {
    private static final String MODEL = "model";
    private static final List<String> RANKERS = List.of("heavy", "light");
    /** By name, in the order of {@link Architecture}'s list. */
    private static final Map<String, Kind> ARCHITECTURES = architectures();

    private ParamsYaml() {}

    private static Map<String, Kind> architectures() {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        for (Class<?> type : Architecture.class.getPermittedSubclasses()) {
            ModelName name = type.getAnnotation(ModelName.class);
            kinds.put(name.value(), new Kind(mapper(name.value(), type), List.of(name.without())));
        }
        return kinds;
    }

    /**
     * An architecture.
     *
     * @param mapper of params with it
     * @param unusedKeys that must be absent where it is the model
     */
    private record Kind(ObjectMapper mapper, List<String> unusedKeys) {}

    /** Reads and writes component {@code model} as a section of the architecture's name. */
    @SuppressWarnings({"unchecked", "rawtypes", "serial"
    }) // Every class of the list is one of Architecture's; never stored.
    private static ObjectMapper mapper(String name, Class<?> type) {
        return Documents.YAML
                .copy()
                .registerModule(new SimpleModule().addAbstractTypeMapping(Architecture.class, (Class) type))
                .setPropertyNamingStrategy(new PropertyNamingStrategies.SnakeCaseStrategy() {
                    @Override
                    public String translate(String component) {
                        return component.equals(MODEL) ? name : super.translate(component);
                    }
                });
    }

    /**
     * Reads a file's text: one ranker's keys, or a section of them for each ranker; those that are left out are light.yaml's.
     *
     * @throws IllegalArgumentException naming file, key, what must be and what is
     */
    static LightParams light(String file, String yaml) {
        Section section = Section.of(file, yaml, "light");
        if (section.tree instanceof ObjectNode keys) {
            return bindLight(section.place, laidOver(shipped("light"), keys));
        }
        return bindLight(section.place, section.tree);
    }

    /** The same for the heavy ranker. */
    static HeavyParams heavy(String file, String yaml) {
        Section section = Section.of(file, yaml, "heavy");
        if (section.tree instanceof ObjectNode keys) {
            return bindHeavy(section.place, laidOver(heavyDefaults(section.place, keys), keys));
        }
        return bindHeavy(section.place, section.tree);
    }

    /** Reads what {@link #write} wrote: keys that are left out have no value. */
    static LightParams wholeLight(String file, String yaml) {
        return bindLight(file, Documents.tree(file, yaml));
    }

    /** The same for the heavy ranker. */
    static HeavyParams wholeHeavy(String file, String yaml) {
        return bindHeavy(file, Documents.tree(file, yaml));
    }

    /** What a file's keys are laid over: heavy.yaml's, but for what belongs to another model than the file's. */
    private static ObjectNode heavyDefaults(String place, ObjectNode keys) {
        ObjectNode defaults = shipped("heavy");
        Set<String> known = new TreeSet<>(ARCHITECTURES.keySet());
        defaults.fieldNames().forEachRemaining(known::add);
        keys.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        place + ": unknown key " + key + ", known keys: " + String.join(", ", known));
            }
        });
        String shippedModel = defaults.path(MODEL).asText();
        if (keys.has(MODEL) && !keys.path(MODEL).asText().equals(shippedModel)) {
            String name = requireModel(place, keys.path(MODEL));
            defaults.remove(shippedModel);
            defaults.set(name, shipped(name).path(name));
            defaults.remove(ARCHITECTURES.get(name).unusedKeys());
        }
        return defaults;
    }

    private static ObjectNode shipped(String name) {
        String file = "conf/models/" + name + ".yaml";
        return (ObjectNode) Documents.tree(file, Resources.text(file));
    }

    private static ObjectNode laidOver(ObjectNode under, ObjectNode over) {
        over.properties().forEach(entry -> {
            if (under.get(entry.getKey()) instanceof ObjectNode lower && entry.getValue() instanceof ObjectNode upper) {
                laidOver(lower, upper);
            } else {
                under.set(entry.getKey(), entry.getValue());
            }
        });
        return under;
    }

    private static LightParams bindLight(String place, JsonNode tree) {
        return Documents.bind(Documents.YAML, place, tree, LightParams.class);
    }

    private static HeavyParams bindHeavy(String place, JsonNode tree) {
        if (!(tree instanceof ObjectNode keys)) {
            return Documents.bind(Documents.YAML, place, tree, HeavyParams.class);
        }
        JsonNode model = keys.remove(MODEL);
        if (model == null) {
            // Were the key misspelled, the keys that are there show it.
            throw new IllegalArgumentException(
                    place + ": key " + MODEL + " is missing, it must be one of " + ARCHITECTURES.keySet()
                            + "; the keys are "
                            + keys.properties().stream().map(Map.Entry::getKey).toList());
        }
        String name = requireModel(place, model);
        for (String other : ARCHITECTURES.keySet()) {
            if (!other.equals(name) && keys.has(other)) {
                throw new IllegalArgumentException(
                        place + ": section " + other + " must be absent where " + MODEL + " is " + name);
            }
        }
        return Documents.bind(ARCHITECTURES.get(name).mapper(), place, keys, HeavyParams.class);
    }

    private static String requireModel(String place, JsonNode model) {
        String name = model.asText();
        if (!ARCHITECTURES.containsKey(name)) {
            throw new IllegalArgumentException(place + ": " + MODEL + " must be one of " + ARCHITECTURES.keySet()
                    + ", but is " + (model.isValueNode() ? name : model));
        }
        return name;
    }

    /** The text that {@link #wholeLight} reads back. */
    static String write(LightParams params) {
        return Documents.toYaml(params);
    }

    /** The text that {@link #wholeHeavy} reads back. */
    static String write(HeavyParams params) {
        String name = params.model().name();
        ObjectNode keys = ARCHITECTURES.get(name).mapper().valueToTree(params);
        JsonNode section = keys.remove(name);
        ObjectNode file = keys.objectNode().put(MODEL, name);
        return Documents.toYaml(file.<ObjectNode>setAll(keys).set(name, section));
    }

    /**
     * One ranker's keys.
     *
     * @param place file and section, for messages
     */
    private record Section(String place, JsonNode tree) {
        static Section of(String file, String yaml, String ranker) {
            JsonNode tree = Documents.tree(file, yaml);
            if (RANKERS.stream().noneMatch(tree::has)) {
                return new Section(file, tree);
            }
            tree.fieldNames().forEachRemaining(key -> {
                if (!RANKERS.contains(key)) {
                    throw new IllegalArgumentException(file + ": key " + key + " must be one of " + RANKERS
                            + ", or the rankers' sections be absent");
                }
            });
            if (!tree.has(ranker)) {
                throw new IllegalArgumentException(file + ": section " + ranker + " is missing");
            }
            return new Section(file + ", section " + ranker, tree.get(ranker));
        }
    }
}
