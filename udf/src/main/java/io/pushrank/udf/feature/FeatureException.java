package io.pushrank.udf.feature;

/** A feature whose expression cannot be calculated on any row: an unknown function or column, or a wrong type. */
public final class FeatureException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public FeatureException(Feature feature, String problem) {
        super("feature " + feature.name() + ": " + problem);
    }

    FeatureException(Feature feature, String problem, Throwable cause) {
        super("feature " + feature.name() + ": " + problem, cause);
    }
}
