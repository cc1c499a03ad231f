package io.pushrank.udf.model;

import java.util.List;

/**
 * Names of variables in a SavedModel. The graph that is trained gives them to its variables, and {@link FoldedClemNet} and its
 * like read weights back by them; packages that were written before hold the same names, so that they never change.
 */
public final class VariableNames {
    /** The heavy ranker's first task. */
    public static final String OONC = "oonc";
    /** The heavy ranker's second task. */
    public static final String ENGAGEMENT = "engagement";
    /** Both in the order of their logits; ClemNet has a tower for each, under its name. */
    public static final List<String> TASKS = List.of(OONC, ENGAGEMENT);
    /** Batch normalization of the heavy ranker's continuous features. */
    public static final String INPUT_NORM = "input_norm";

    private VariableNames() {}

    /** Of a dense layer or a convolution. */
    public static String kernel(String layer) {
        return layer + ".kernel";
    }

    /** Of a dense layer, a convolution or an embedding sum. */
    public static String bias(String layer) {
        return layer + ".bias";
    }

    /** Trained scale of a normalization. */
    public static String gamma(String norm) {
        return norm + ".gamma";
    }

    /** Trained shift of a normalization. */
    public static String beta(String norm) {
        return norm + ".beta";
    }

    public static String movingMean(String norm) {
        return norm + ".moving_mean";
    }

    public static String movingVariance(String norm) {
        return norm + ".moving_variance";
    }

    /** Rows of an embedding sum. */
    public static String table(String embedding) {
        return embedding + ".table";
    }

    /** Largest absolute value of each bucket of an embedding sum. */
    public static String maximum(String embedding) {
        return embedding + ".maximum";
    }

    /** What is added to the values of each bucket of an embedding sum. */
    public static String bucketBias(String embedding) {
        return embedding + ".bucket_bias";
    }

    /** Last layer of a task. */
    public static String logit(String task) {
        return task + ".logit";
    }

    /** A block of a tower of ClemNet. */
    public static String block(String tower, int index) {
        return tower + ".block_" + index;
    }

    /** Channel-wise dense layer of a ClemNet block. */
    public static String dense(String block) {
        return block + ".dense";
    }

    /** Batch normalization behind {@link #dense}. */
    public static String denseNorm(String block) {
        return block + ".dense_norm";
    }

    public static String convolution(String block) {
        return block + ".convolution";
    }

    /** Batch normalization behind {@link #convolution}. */
    public static String convolutionNorm(String block) {
        return block + ".convolution_norm";
    }

    /** 1×1 convolution around a ClemNet block. */
    public static String residual(String block) {
        return block + ".residual";
    }
}
