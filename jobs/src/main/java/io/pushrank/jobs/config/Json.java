package io.pushrank.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.udf.text.Documents;

/** Records as JSON: manifests of runs and what is published. */
public final class Json {
    private Json() {}

    /** Text of a record, lines and a line's end. */
    public static String text(Object value) {
        return Documents.toJson(value);
    }

    /**
     * Reads a record.
     *
     * @param name the file's name, for the message
     * @throws IllegalStateException when the text is not one of ours
     */
    public static <T> T parse(String name, String text, Class<T> type) {
        try {
            return Documents.json(name, text, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(name + " cannot be read: " + Documents.withoutFile(name, e), e);
        }
    }

    public static JsonNode tree(Object value) {
        return Documents.JSON.valueToTree(value);
    }

    public static <T> T value(JsonNode tree, Class<T> type) {
        try {
            return Documents.bind(Documents.JSON, type.getSimpleName(), tree, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
