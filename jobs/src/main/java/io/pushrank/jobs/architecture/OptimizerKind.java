package io.pushrank.jobs.architecture;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How gradients become steps. Constants are TensorFlow's defaults where nothing else is said. */
public enum OptimizerKind {
    /** Adam with beta 0.9 and 0.999, epsilon 1e-8; embedding rows move only in steps that saw them. */
    @JsonProperty("adam")
    ADAM,
    /** Plain gradient descent, as published. */
    @JsonProperty("gradient_descent")
    GRADIENT_DESCENT,
    /** Gradient descent with momentum 0.9. */
    @JsonProperty("momentum")
    MOMENTUM,
    /** Adagrad; squares start at 0.1. */
    @JsonProperty("adagrad")
    ADAGRAD,
    /** RMSProp with decay 0.9, no momentum, epsilon 1e-10; squares start at 1. */
    @JsonProperty("rmsprop")
    RMSPROP,
    /** FTRL-proximal with power -0.5 and without regularization; squares start at 0.1. */
    @JsonProperty("ftrl")
    FTRL
}
