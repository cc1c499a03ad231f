package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How gradients become steps. */
public enum OptimizerKind {
    /** Adam with beta 0.9 and 0.999, epsilon 1e-8; embedding rows move only in steps that saw them. */
    @JsonProperty("adam")
    ADAM,
    /** Plain gradient descent, as published. */
    @JsonProperty("gradient_descent")
    GRADIENT_DESCENT
}
