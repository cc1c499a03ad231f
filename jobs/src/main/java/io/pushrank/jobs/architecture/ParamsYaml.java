package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Binds params files to records: snake case, every key required unless its component is an
 * {@link OptionalKey}, unknown or repeated keys refused.
 *
 * <p>Key {@code model}, where a record has one, names one of the {@link Architecture}s; a section of that name, and no
 * other model's, holds what only this one needs.
 */
final class ParamsYaml {
    private static final String MODEL = "model";
    private static final List<String> RANKERS = List.of("heavy", "light");
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
    /** By name, in the order of {@link Architecture}'s list. */
    private static final Map<String, Class<?>> MODELS = models();

    private final String file;

    private ParamsYaml(String file) {
        this.file = file;
    }

    private static Map<String, Class<?>> models() {
        Map<String, Class<?>> models = new LinkedHashMap<>();
        for (Class<?> model : Architecture.class.getPermittedSubclasses()) {
            models.put(model.getAnnotation(ModelName.class).value(), model);
        }
        return models;
    }

    /**
     * Reads a file's text: one ranker's keys, or a section of them for each ranker.
     *
     * @param ranker name of the section
     * @throws IllegalArgumentException naming file, key, value and bound
     */
    static <T> T parse(String file, String yaml, String ranker, Class<T> type) {
        try {
            JsonNode tree = MAPPER.readTree(yaml);
            if (RANKERS.stream().noneMatch(tree::has)) {
                return new ParamsYaml(file).bind(tree, type);
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
            return new ParamsYaml(file + ", section " + ranker).bind(tree.get(ranker), type);
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getOriginalMessage(), failure);
        }
    }

    private <T> T bind(JsonNode tree, Class<T> type) throws JsonProcessingException {
        Map<String, Type> keys = components(type);
        if (keys.get(MODEL) != Architecture.class) {
            requireKeys("", tree, keys, optional(type));
            return bind(MAPPER, tree, type, MODEL);
        }
        requireSection("", tree);
        String name = requireModel(tree, keys);
        Class<?> model = MODELS.get(name);
        keys.put(MODEL, String.class);
        keys.put(name, model);
        keys.keySet().removeAll(List.of(model.getAnnotation(ModelName.class).without()));
        requireKeys("", tree, keys, optional(type));
        ObjectNode bound = tree.deepCopy();
        bound.set(MODEL, bound.remove(name));
        return bind(MAPPER.copy().registerModule(binding(model)), bound, type, name);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Every class of MODELS is one of Architecture's.
    private static SimpleModule binding(Class<?> model) {
        return new SimpleModule().addAbstractTypeMapping(Architecture.class, (Class) model);
    }

    private <T> T bind(ObjectMapper mapper, JsonNode tree, Class<T> type, String modelSection)
            throws JsonProcessingException {
        try {
            return mapper.treeToValue(tree, type);
        } catch (ValueInstantiationException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getCause().getMessage(), failure);
        } catch (JsonMappingException failure) {
            throw new IllegalArgumentException(
                    file + ": key " + path(failure, modelSection) + ": " + failure.getOriginalMessage(), failure);
        }
    }

    /** The name under key {@code model}, once it is known that no section is another model's. */
    private String requireModel(JsonNode tree, Map<String, Type> keys) {
        String names = String.join(", ", MODELS.keySet());
        JsonNode node = tree.get(MODEL);
        if (node == null || node.isNull()) {
            // Were the key misspelled, then naming what stands there helps more.
            Set<String> known = new TreeSet<>(keys.keySet());
            known.addAll(MODELS.keySet());
            requireKnown("", tree, known);
            throw refusal("key " + MODEL + " is missing: it names one of " + names);
        }
        String name = node.asText();
        if (!node.isTextual() || !MODELS.containsKey(name)) {
            throw refusal(MODEL + " must be one of " + names + ", cannot be: " + (node.isValueNode() ? name : node));
        }
        for (String other : MODELS.keySet()) {
            if (!other.equals(name) && tree.has(other)) {
                throw refusal("section " + other + " must be absent where " + MODEL + " is " + name);
            }
        }
        return name;
    }

    /** A record's keys and what they hold, by name. */
    private static Map<String, Type> components(Class<?> type) {
        Map<String, Type> components = new TreeMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.put(
                    PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()),
                    component.getGenericType());
        }
        return components;
    }

    /** Keys of a record that may be absent. */
    private static Set<String> optional(Class<?> type) {
        Set<String> keys = new HashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(OptionalKey.class)) {
                keys.add(PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()));
            }
        }
        return keys;
    }

    private void requireSection(String prefix, JsonNode node) {
        if (node == null || !node.isObject()) {
            throw refusal((prefix.isEmpty() ? "must be" : "key " + prefix + " must be") + " a section of keys");
        }
    }

    /** Compares keys before binding: Jackson would report a missing key first where one was only misspelled. */
    private void requireKeys(String prefix, JsonNode node, Map<String, Type> known, Set<String> optional) {
        requireSection(prefix, node);
        requireKnown(prefix, node, known.keySet());
        known.forEach((name, type) -> {
            String key = prefix.isEmpty() ? name : prefix + "." + name;
            if (node.hasNonNull(name)) {
                requireNested(key, node.get(name), type);
            } else if (!optional.contains(name)) {
                throw refusal("key " + key + " is missing");
            }
        });
    }

    private void requireKnown(String prefix, JsonNode node, Set<String> known) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw refusal("unknown key " + (prefix.isEmpty() ? name : prefix + "." + name) + ", known keys: "
                        + String.join(", ", known));
            }
        });
    }

    private void requireNested(String key, JsonNode node, Type type) {
        if (type instanceof Class<?> section && section.isRecord()) {
            requireKeys(key, node, components(section), optional(section));
        } else if (type instanceof ParameterizedType list
                && list.getRawType() == List.class
                && list.getActualTypeArguments()[0] instanceof Class<?> element
                && element.isRecord()
                && node.isArray()) {
            for (int index = 0; index < node.size(); index++) {
                requireKeys(key + "[" + index + "]", node.get(index), components(element), optional(element));
            }
        }
    }

    private IllegalArgumentException refusal(String message) {
        return new IllegalArgumentException(file + ": " + message);
    }

    /** The text that {@link #parse} reads back. */
    static String write(Record params) {
        return write(MAPPER.<ObjectNode>valueToTree(params));
    }

    /** The same for a record with a key {@code model}. */
    static String write(Record params, Architecture model) {
        ObjectNode tree = MAPPER.valueToTree(params);
        tree.set(model.name(), tree.get(MODEL));
        tree.put(MODEL, model.name());
        return write(tree);
    }

    private static String write(ObjectNode tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The failing key as a reader finds it: the model's params are in the section of its name. */
    private static String path(JsonMappingException failure, String modelSection) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : failure.getPath()) {
            String name = reference.getFieldName();
            if (name == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else if (path.isEmpty()) {
                path.append(name.equals(MODEL) ? modelSection : name);
            } else {
                path.append('.').append(name);
            }
        }
        return path.toString();
    }
}
