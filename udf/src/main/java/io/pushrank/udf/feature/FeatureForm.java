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

    private static final FeatureList NONE = new FeatureList(List.of());

    FeatureList heavy(FeatureList features) {
        return this == LIGHT ? NONE : features;
    }

    FeatureList light(FeatureList features) {
        return switch (this) {
            case HEAVY -> NONE;
            case LIGHT -> features;
            case BOTH -> features.light();
        };
    }
}
