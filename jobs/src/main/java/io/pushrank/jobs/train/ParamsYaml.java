package io.pushrank.jobs.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Binds params files to records: snake case, every key required unless its component is an
 * {@link OptionalKey}, unknown or repeated keys refused. */
final class ParamsYaml {
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    private ParamsYaml() {}

    static <T> T parse(String file, String yaml, Class<T> type) {
        try {
            JsonNode tree = MAPPER.readTree(yaml);
            requireKeys(file, "", tree, type);
            return MAPPER.treeToValue(tree, type);
        } catch (ValueInstantiationException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getCause().getMessage(), failure);
        } catch (JsonMappingException failure) {
            throw new IllegalArgumentException(
                    file + ": key " + path(failure) + ": " + failure.getOriginalMessage(), failure);
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getOriginalMessage(), failure);
        }
    }

    /** Compares keys before binding: Jackson would report a missing key first where one was only misspelt. */
    private static void requireKeys(String file, String prefix, JsonNode node, Class<?> type) {
        if (node == null || !node.isObject()) {
            throw new IllegalArgumentException(
                    file + ": " + (prefix.isEmpty() ? "must be" : "key " + prefix + " must be") + " a section of keys");
        }
        Map<String, Class<?>> known = new TreeMap<>();
        Set<String> optional = new HashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
            known.put(key, component.getType());
            if (component.isAnnotationPresent(OptionalKey.class)) {
                optional.add(key);
            }
        }
        String dotted = prefix.isEmpty() ? "" : prefix + ".";
        node.fieldNames().forEachRemaining(key -> {
            if (!known.containsKey(key)) {
                throw new IllegalArgumentException(
                        file + ": unknown key " + dotted + key + ", known keys: " + String.join(", ", known.keySet()));
            }
        });
        known.forEach((key, valueType) -> {
            if (!node.hasNonNull(key)) {
                if (optional.contains(key)) {
                    return;
                }
                throw new IllegalArgumentException(file + ": key " + dotted + key + " is missing");
            }
            if (valueType.isRecord()) {
                requireKeys(file, dotted + key, node.get(key), valueType);
            }
        });
    }

    static String write(Object params) {
        try {
            return MAPPER.writeValueAsString(params);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String path(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(reference ->
                        reference.getFieldName() == null ? "[" + reference.getIndex() + "]" : reference.getFieldName())
                .collect(Collectors.joining("."));
    }
}
