package io.pushrank.udf.feature;

import java.util.List;

/** Whose arrays features are calculated for. */
public enum FeatureForm {
    /** The heavy ranker's: binary features are numbers. */
    HEAVY,
    /** The light ranker's: binary features are hashed, sparse continuous ones have no place. */
    LIGHT,
    /** Those of the heavy ranker and, of the features that are marked as light, those of the light ranker. */
    BOTH;

    List<Feature> heavy(List<Feature> features) {
        return this == LIGHT ? List.of() : features;
    }

    List<Feature> light(List<Feature> features) {
        return switch (this) {
            case HEAVY -> List.of();
            case LIGHT -> features;
            case BOTH -> features.stream().filter(Feature::light).toList();
        };
    }
}
