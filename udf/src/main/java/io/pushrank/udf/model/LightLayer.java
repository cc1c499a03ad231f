package io.pushrank.udf.model;

import io.pushrank.udf.kernel.Dense;
import io.pushrank.udf.kernel.Power;

/**
 * A dense layer whose inputs are gated by themselves: g = sigmoid(W x + b), out = V (g ⊙ x) + c.
 *
 * @param gate W and b, made ready for the kernel's gate
 * @param dense V and c
 */
record LightLayer(Dense gate, Dense dense) {
    /** Reads a layer whose output goes through the activation. */
    static LightLayer hidden(ModelVariables variables, String name, int in) {
        return read(variables, name, in, 1);
    }

    /** Reads the last layer, whose output goes through a sigmoid. */
    static LightLayer probability(ModelVariables variables, String name, int in) {
        return read(variables, name, in, Power.SIGMOID);
    }

    private static LightLayer read(ModelVariables variables, String name, int in, double factor) {
        float[] bias = variables.floats(name + ".bias", -1);
        Dense gate = new Dense(
                variables.floats(name + ".gate_kernel", in, in),
                variables.floats(name + ".gate_bias", in),
                Power.SIGMOID);
        return new LightLayer(gate, new Dense(variables.floats(name + ".kernel", in, bias.length), bias, factor));
    }

    int in() {
        return dense.in();
    }

    int out() {
        return dense.out();
    }

    /** Multiplications a row. */
    long multiplications() {
        return (long) in() * in() + (long) in() * out();
    }
}
