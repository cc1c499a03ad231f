package io.pushrank.udf.feature;

/** A feature whose expression cannot be calculated on any row: an unknown function or column, or a wrong type. */
public final class FeatureException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient Feature feature;

    public FeatureException(Feature feature, String problem) {
        this(feature, problem, null);
    }

    FeatureException(Feature feature, String problem, Throwable cause) {
        super("feature " + feature.name() + ": " + problem, cause);
        this.feature = feature;
    }

    /** The feature that cannot be calculated. */
    public Feature feature() {
        return feature;
    }
}
