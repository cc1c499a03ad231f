package io.pushrank.udf.text;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * YAML and JSON files as records, keys in snake case. Reading is strict: a key that is unknown, stands twice, or is missing or
 * null without being an {@link OptionalKey}, a value of another type and a second document are errors.
 *
 * <p>Messages say file, line and key, what must be and what is.
 */
public final class Documents {
    public static final ObjectMapper JSON = strict(JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT));

    /** A component that is null is not written. */
    public static final ObjectMapper YAML = strict(YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS)));

    private Documents() {}

    private static ObjectMapper strict(MapperBuilder<?, ?> builder) {
        return builder.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build()
                // What is missing counts as null.
                .setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL));
    }

    /**
     * Reads a YAML file's text.
     *
     * @param file its name, for messages
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static <T> T yaml(String file, String text, Class<T> type) {
        return read(YAML, file, text, type);
    }

    /** The same for JSON. */
    public static <T> T json(String file, String text, Class<T> type) {
        return read(JSON, file, text, type);
    }

    private static <T> T read(ObjectMapper mapper, String file, String text, Class<T> type) {
        try {
            return present(file, mapper.readValue(text, type));
        } catch (JsonProcessingException e) {
            throw refusal(mapper, file, tree(mapper, file, text), e);
        }
    }

    /**
     * An entry of a list.
     *
     * @param line where it begins, from 1
     * @param value not bound to a type yet
     */
    public record Entry(int line, JsonNode value) {
        /**
         * The entry as a record.
         *
         * @param file for messages
         * @throws IllegalArgumentException saying file, line and what is wrong with it
         */
        public <T> T as(String file, Class<T> type) {
            return bind(YAML, file + ", line " + line, value, type);
        }
    }

    /**
     * The entries of a YAML file that holds one list.
     *
     * @param file its name, for messages
     * @param key of the list
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static List<Entry> entries(String file, String yaml, String key) {
        List<Entry> entries = new ArrayList<>();
        try (JsonParser parser = YAML.createParser(yaml)) {
            if (parser.nextToken() != JsonToken.START_OBJECT
                    || !key.equals(parser.nextFieldName())
                    || parser.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException(
                        file + ": must hold one key, " + key + ", with a list, but does not");
            }
            ObjectReader reader =
                    YAML.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                int line = parser.currentTokenLocation().getLineNr();
                entries.add(new Entry(line, reader.readValue(parser)));
            }
            if (parser.nextToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IllegalArgumentException(
                        file + ": must hold one key, " + key + ", but holds something after its list");
            }
            return entries;
        } catch (JsonProcessingException e) {
            throw refusal(YAML, file, MissingNode.getInstance(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A YAML file's text as a tree; missing where it is empty.
     *
     * @param file its name, for messages
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static JsonNode tree(String file, String yaml) {
        return tree(YAML, file, yaml);
    }

    private static JsonNode tree(ObjectMapper mapper, String file, String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw refusal(mapper, file, MissingNode.getInstance(), e);
        }
    }

    /**
     * Makes a record of a tree.
     *
     * @param mapper {@link #YAML}, {@link #JSON} or one made of them
     * @param file where the tree comes from, for messages
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static <T> T bind(ObjectMapper mapper, String file, JsonNode tree, Class<T> type) {
        try {
            return present(file, mapper.treeToValue(tree, type));
        } catch (JsonProcessingException e) {
            throw refusal(mapper, file, tree, e);
        }
    }

    /** A value as the text of a JSON file: lines, and a line's end. */
    public static String toJson(Object value) {
        return toText(JSON, value) + "\n";
    }

    /** A value as the text of a YAML file. */
    public static String toYaml(Object value) {
        return toText(YAML, value);
    }

    private static String toText(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(value.getClass() + " must be plain text and numbers", e);
        }
    }

    /** What a refusal of this class says, for messages that name the file themselves. */
    public static String withoutFile(String file, IllegalArgumentException refusal) {
        return refusal.getMessage().substring(file.length()).replaceFirst("^(, |: )", "");
    }

    private static <T> T present(String file, T value) {
        if (value == null) {
            throw new IllegalArgumentException(file + ": must hold keys and values, but is empty");
        }
        return value;
    }

    private static IllegalArgumentException refusal(
            ObjectMapper mapper, String file, JsonNode tree, JsonProcessingException e) {
        // A tree has no lines.
        String line = e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : ", line " + e.getLocation().getLineNr();
        String problem = e instanceof JsonMappingException mapping ? problem(mapper, tree, mapping) : wording(e);
        return new IllegalArgumentException(file + line + ": " + problem, e);
    }

    /** Jackson's words without the place that it adds, whose file it does not know. */
    private static String wording(JsonProcessingException e) {
        return e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
    }

    private static String problem(ObjectMapper mapper, JsonNode tree, JsonMappingException e) {
        List<Reference> path = e.getPath();
        JsonNode found = at(tree, path);
        if (e instanceof UnrecognizedPropertyException unknown) {
            return unknownKey(key(path), unknown.getKnownPropertyIds());
        }
        if (e instanceof InvalidNullException && found.isMissingNode()) {
            int last = path.size() - 1;
            return misspelled(mapper, tree, path.subList(0, last), (Class<?>)
                            path.get(last).getFrom())
                    .orElse("key " + key(path) + " is missing");
        }
        if (e instanceof ValueInstantiationException instantiation
                && e.getCause() instanceof IllegalArgumentException cause) {
            return misspelled(mapper, tree, path, instantiation.getType().getRawClass())
                    .orElse(cause.getMessage());
        }
        String subject = path.isEmpty() ? "" : key(path) + " ";
        if (e instanceof MismatchedInputException mismatch) {
            Optional<String> expected = expected(mismatch.getTargetType());
            if (expected.isPresent()) {
                boolean isEnum = mismatch.getTargetType().isEnum();
                return subject + "must " + expected.get() + ", but is "
                        + (found.isMissingNode() ? "empty" : isEnum ? found.asText() : found.toString());
            }
        }
        return subject + e.getOriginalMessage();
    }

    /** A key of a section that its record does not have: Jackson reports first what is missing in its place. */
    private static Optional<String> misspelled(
            ObjectMapper mapper, JsonNode tree, List<Reference> section, Class<?> type) {
        Set<Object> known = new TreeSet<>();
        for (BeanPropertyDefinition property : mapper.getDeserializationConfig()
                .introspect(mapper.constructType(type))
                .findProperties()) {
            known.add(property.getName());
        }
        String prefix = section.isEmpty() ? "" : key(section) + ".";
        return at(tree, section)
                .propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> !known.contains(name))
                .findFirst()
                .map(name -> unknownKey(prefix + name, known));
    }

    private static String unknownKey(String key, Collection<?> known) {
        return "unknown key " + key + ", known keys: "
                + String.join(
                        ", ", known.stream().map(Object::toString).sorted().toList());
    }

    /** What a value of a type must be; empty where its name would tell nobody. */
    private static Optional<String> expected(Class<?> type) {
        if (type == null) {
            return Optional.empty();
        } else if (type.isEnum()) {
            return Optional.of("be one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> JSON.convertValue(constant, String.class))
                            .toList());
        } else if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return Optional.of("be a whole number");
        } else if (type == double.class || type == Double.class) {
            return Optional.of("be a number");
        } else if (type == boolean.class || type == Boolean.class) {
            return Optional.of("be true or false");
        } else if (type == String.class) {
            return Optional.of("be a text");
        } else if (Collection.class.isAssignableFrom(type)) {
            return Optional.of("be a list");
        } else if (type.isRecord() || Map.class.isAssignableFrom(type)) {
            return Optional.of("hold keys and values");
        }
        return Optional.empty();
    }

    private static JsonNode at(JsonNode tree, List<Reference> path) {
        JsonNode node = tree;
        for (Reference step : path) {
            node = step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
        }
        return node;
    }

    /** The key as a reader finds it, such as {@code clemnet.blocks[2].units}. */
    private static String key(List<Reference> path) {
        StringBuilder key = new StringBuilder();
        for (Reference step : path) {
            if (step.getFieldName() == null) {
                key.append('[').append(step.getIndex()).append(']');
            } else {
                key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return key.toString();
    }
}
