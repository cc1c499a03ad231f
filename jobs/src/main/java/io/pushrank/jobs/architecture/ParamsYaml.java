package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.udf.text.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Params files as records.
 *
 * <p>Key {@code model} of the heavy ranker names one of the {@link Architecture}s; a section of that name, and no other
 * architecture's, holds what only this one needs.
 */
final class ParamsYaml {
    private static final String MODEL = "model";
    private static final List<String> RANKERS = List.of("heavy", "light");
    /** By name, in the order of {@link Architecture}'s list. */
    private static final Map<String, ObjectMapper> ARCHITECTURES = architectures();

    private ParamsYaml() {}

    private static Map<String, ObjectMapper> architectures() {
        Map<String, ObjectMapper> mappers = new LinkedHashMap<>();
        for (Class<?> type : Architecture.class.getPermittedSubclasses()) {
            String name = type.getAnnotation(ModelName.class).value();
            mappers.put(name, mapper(name, type));
        }
        return mappers;
    }

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
     * Reads a file's text: one ranker's keys, or a section of them for each ranker.
     *
     * @throws IllegalArgumentException naming file, key, what must be and what is
     */
    static LightParams light(String file, String yaml) {
        Section section = Section.of(file, yaml, "light");
        return Documents.bind(Documents.YAML, section.place, section.tree, LightParams.class);
    }

    /** The same for the heavy ranker. */
    static HeavyParams heavy(String file, String yaml) {
        Section section = Section.of(file, yaml, "heavy");
        return section.tree instanceof ObjectNode keys
                ? heavy(section.place, keys)
                : Documents.bind(Documents.YAML, section.place, section.tree, HeavyParams.class);
    }

    private static HeavyParams heavy(String place, ObjectNode keys) {
        Set<String> names = ARCHITECTURES.keySet();
        JsonNode model = keys.remove(MODEL);
        if (model == null) {
            // Were the key misspelled, the keys that are there show it.
            throw new IllegalArgumentException(
                    place + ": key " + MODEL + " is missing, it must be one of " + names + "; the keys are "
                            + keys.properties().stream().map(Map.Entry::getKey).toList());
        }
        String name = model.asText();
        if (!names.contains(name)) {
            throw new IllegalArgumentException(place + ": " + MODEL + " must be one of " + names + ", but is "
                    + (model.isValueNode() ? name : model));
        }
        for (String other : names) {
            if (!other.equals(name) && keys.has(other)) {
                throw new IllegalArgumentException(
                        place + ": section " + other + " must be absent where " + MODEL + " is " + name);
            }
        }
        return Documents.bind(ARCHITECTURES.get(name), place, keys, HeavyParams.class);
    }

    /** The text that {@link #light} reads back. */
    static String write(LightParams params) {
        return Documents.toYaml(params);
    }

    /** The text that {@link #heavy} reads back. */
    static String write(HeavyParams params) {
        String name = params.model().name();
        ObjectNode keys = ARCHITECTURES.get(name).valueToTree(params);
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
