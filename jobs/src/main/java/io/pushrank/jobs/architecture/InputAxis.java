package io.pushrank.jobs.architecture;

import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import io.pushrank.udf.model.VariableNames;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis of a variable along which a ranker's inputs lie, so that a warm start can put them in another order. What
 * follows the named inputs along the axis, such as the embedding sums, keeps its order behind them.
 *
 * @param variable its name
 * @param axis from 0
 * @param inputs what lies along it
 */
public record InputAxis(String variable, int axis, Inputs inputs) {
    /** Which inputs an axis starts with. */
    public enum Inputs {
        /** Continuous features. */
        CONTINUOUS,
        /** Continuous features, then binary ones. */
        DENSE,
        /** Continuous features, the absence of each, then binary ones. */
        LINEAR,
        /** None: a layer's own positions, whose number follows from the number of inputs. */
        HIDDEN;

        /** Names of the inputs in their order; a feature of another type is another input. */
        public List<String> names(FeatureList features) {
            List<String> names = new ArrayList<>();
            if (this != HIDDEN) {
                add(names, "continuous ", features.of(FeatureType.CONTINUOUS));
            }
            if (this == LINEAR) {
                add(names, "missing ", features.of(FeatureType.CONTINUOUS));
            }
            if (this == DENSE || this == LINEAR) {
                add(names, "binary ", features.of(FeatureType.BINARY));
            }
            return names;
        }

        private static void add(List<String> names, String kind, List<Feature> features) {
            features.forEach(feature -> names.add(kind + feature.name()));
        }
    }

    /** A batch normalization's four vectors. */
    static List<InputAxis> normalization(String name, Inputs inputs) {
        return List.of(
                new InputAxis(VariableNames.gamma(name), 0, inputs),
                new InputAxis(VariableNames.beta(name), 0, inputs),
                new InputAxis(VariableNames.movingMean(name), 0, inputs),
                new InputAxis(VariableNames.movingVariance(name), 0, inputs));
    }

    /** A statistic is measured, not learned. */
    public boolean isStatistic() {
        return isStatistic(variable);
    }

    static boolean isStatistic(String variable) {
        return variable.endsWith(".moving_mean") || variable.endsWith(".moving_variance");
    }
}
