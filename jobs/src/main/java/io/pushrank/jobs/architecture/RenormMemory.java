package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.VariableNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A renormalization's own statistics: means and deviations of batches. Only training needs them, so that it keeps them beside the
 * model as it keeps an optimizer's memory.
 */
public final class RenormMemory {
    private static final String PREFIX = "renorm.";

    private RenormMemory() {}

    static String mean(String norm) {
        return PREFIX + norm + ".mean";
    }

    static String deviation(String norm) {
        return PREFIX + norm + ".deviation";
    }

    /** Whether a variable is one of such statistics. */
    public static boolean has(String variable) {
        return variable.startsWith(PREFIX);
    }

    /**
     * Weights with what is missing of the memory: it begins as the moving statistics are, such as a warm start's.
     *
     * @param norms the normalizations that have one
     */
    public static Map<String, Weight> begun(Map<String, Weight> weights, List<String> norms) {
        Map<String, Weight> begun = new LinkedHashMap<>(weights);
        for (String norm : norms) {
            Weight mean = weights.get(VariableNames.movingMean(norm));
            Weight variance = weights.get(VariableNames.movingVariance(norm));
            if (mean != null && variance != null) {
                begun.putIfAbsent(mean(norm), mean);
                float[] deviations = variance.floats().clone();
                for (int index = 0; index < deviations.length; index++) {
                    deviations[index] = (float) Math.sqrt(deviations[index] + BatchNormalization.EPSILON);
                }
                begun.putIfAbsent(deviation(norm), Weight.of(variance.shape(), deviations));
            }
        }
        return begun;
    }
}
