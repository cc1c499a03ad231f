package io.pushrank.udf.model;

import java.io.Serializable;

/**
 * Widths of a ranker's dense inputs.
 *
 * @param continuous number of continuous features, at least 1
 * @param binary number of binary features, 0 for the light ranker, which hashes them instead
 */
public record FeatureShape(int continuous, int binary) implements Serializable {
    public FeatureShape {
        if (continuous < 1) {
            throw new IllegalArgumentException("continuous must be at least 1, but is " + continuous);
        }
        if (binary < 0) {
            throw new IllegalArgumentException("binary must be at least 0, but is " + binary);
        }
    }
}
