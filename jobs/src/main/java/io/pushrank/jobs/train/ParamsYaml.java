package io.pushrank.jobs.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.stream.Collectors;

/** Binds params files to records: snake case, every key required, unknown or repeated keys refused. */
final class ParamsYaml {
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    private ParamsYaml() {}

    static <T> T parse(String file, String yaml, Class<T> type) {
        try {
            T params = MAPPER.readValue(yaml, type);
            if (params == null) {
                throw new IllegalArgumentException(file + ": is empty");
            }
            return params;
        } catch (UnrecognizedPropertyException unknown) {
            throw new IllegalArgumentException(
                    file + ": unknown key " + path(unknown) + ", known keys: "
                            + unknown.getKnownPropertyIds().stream()
                                    .map(Object::toString)
                                    .sorted()
                                    .collect(Collectors.joining(", ")),
                    unknown);
        } catch (ValueInstantiationException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getCause().getMessage(), failure);
        } catch (JsonMappingException failure) {
            String key = path(failure);
            if (failure.getOriginalMessage().startsWith("Missing creator property")) {
                throw new IllegalArgumentException(file + ": key " + key + " is missing", failure);
            }
            throw new IllegalArgumentException(
                    file + ": " + (key.isEmpty() ? "" : "key " + key + ": ") + failure.getOriginalMessage(), failure);
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(file + ": " + failure.getOriginalMessage(), failure);
        }
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
