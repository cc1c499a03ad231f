package io.pushrank.jobs.report;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pushrank.udf.text.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures by name, in the order in which they were put; what is undefined is left out, since JSON has no word for it. */
public final class Metrics {
    private final Map<String, Object> values = new LinkedHashMap<>();

    public Metrics put(String name, double value) {
        if (Double.isFinite(value)) {
            values.put(name, value);
        }
        return this;
    }

    public Metrics put(String name, long value) {
        values.put(name, value);
        return this;
    }

    public Metrics put(String name, boolean value) {
        values.put(name, value);
        return this;
    }

    public Metrics put(String name, String value) {
        values.put(name, value);
        return this;
    }

    public Metrics put(String name, Metrics group) {
        values.put(name, group);
        return this;
    }

    /** A value with the interval that it lies in: {@code name}, {@code name_low}, {@code name_high}. */
    public Metrics put(String name, double value, Bootstrap.Interval interval) {
        return put(name, value).put(name + "_low", interval.low()).put(name + "_high", interval.high());
    }

    /** A figure; NaN where there is none of that name. */
    public double number(String name) {
        return values.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** A text; empty where there is none of that name. */
    public String text(String name) {
        return values.get(name) instanceof String text ? text : "";
    }

    /** Names in the order in which they were put. */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /**
     * Figures that were put under one name.
     *
     * @throws IllegalArgumentException when there are none
     */
    public Metrics group(String name) {
        if (values.get(name) instanceof Metrics group) {
            return group;
        }
        throw new IllegalArgumentException("there is no group of metrics " + name + ", there are: " + values.keySet());
    }

    /**
     * What {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException when the text is not JSON
     */
    public static Metrics parse(String json) {
        return of(Documents.json("metrics", json, ObjectNode.class));
    }

    private static Metrics of(JsonNode node) {
        Metrics metrics = new Metrics();
        node.properties().forEach(field -> {
            JsonNode value = field.getValue();
            metrics.values.put(
                    field.getKey(), value.isObject() ? of(value) : Documents.JSON.convertValue(value, Object.class));
        });
        return metrics;
    }

    @JsonValue
    public Map<String, Object> values() {
        return values;
    }

    /** The text of a {@code metrics.json}. */
    public String toJson() {
        return Documents.toJson(values);
    }
}
