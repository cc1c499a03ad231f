package io.pushrank.jobs.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Figures measured in turn, A B C A B C …, so that a machine whose speed drifts is as slow for one as for the other. A first
 * round warms up and does not count.
 */
final class Rounds {
    private final Map<String, DoubleSupplier> figures = new LinkedHashMap<>();

    /** Adds a figure; {@code measurement} takes it once. */
    Rounds add(String name, DoubleSupplier measurement) {
        figures.put(name, measurement);
        return this;
    }

    /** Medians by name, over {@code context.rounds()} rounds. */
    Map<String, Double> medians(BenchContext context) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int round = 0; round <= context.rounds(); round++) {
            StringBuilder line = new StringBuilder(round == 0 ? "warm-up" : "round " + round);
            for (Map.Entry<String, DoubleSupplier> figure : figures.entrySet()) {
                double value = figure.getValue().getAsDouble();
                line.append(String.format("  %s %,.1f", figure.getKey(), value));
                if (round > 0) {
                    values.computeIfAbsent(figure.getKey(), name -> new ArrayList<>())
                            .add(value);
                }
            }
            context.out().println(line);
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        values.forEach((name, all) -> medians.put(
                name,
                StatUtils.percentile(
                        all.stream().mapToDouble(Double::doubleValue).toArray(), 50)));
        return medians;
    }
}
